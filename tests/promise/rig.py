"""A whole running product that tests may kill: database, vhost, bucket, index, gateway, functions and connector."""

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from local import administrator, background, first_key, own_ports
from pipeline import blobs, broker, database
from pipeline.model import TERMINAL
from tests import connectors
from tests.conftest import administer, dropped, management
from tests.e2e.conftest import Stack, copied_secrets
from tests.promise import evidence
from tests.promise.evidence import Evidence
from tests.promise.failpoints import Plan
from tests.promise.history import History
from tests.promise.watcher import Watcher
from tests.waiting import eventually

START = Path(__file__).with_name("start.py")
INHERITED = (
    *("PGHOST", "PGPORT", "RABBITMQ_HOST", "RABBITMQ_PORT", "AWS_ENDPOINT_URL_S3", "AWS_REGION"),
    *("AWS_ACCESS_KEY_ID", "S3_ADDRESSING_STYLE", "OPENSEARCH_URL", "PATH"),
)
SETTINGS = connectors.SETTINGS | {"CONNECTOR_CALL_SECONDS": "30", "SSE_WINDOW_SECONDS": "3"}
ATTEMPTS = 6
QUEUES = ("classify", "extract", "index", "notify", "compensate", "parking")


class ConnectorKeeper:
    """Runs a connector, and another one whenever it ends, as any supervisor of services does."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self._stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self.process is not None:
            self.process.terminate()
        self._thread.join(20)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self.starts += 1
            with self._log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, str(START), "connector"],
                    env=self._environment,
                    stderr=log,
                )
            self.process.wait()
            self._stopping.wait(0.1)


class Rig:
    """What a test does with the product; everything the client learns goes into history and watcher."""

    def __init__(self, stack: Stack, plan: Plan, connector: ConnectorKeeper, admin_port: int) -> None:
        self.stack, self.plan, self.connector = stack, plan, connector
        self.history = History()
        self.watcher = Watcher(stack.client)
        self._admin = f"http://127.0.0.1:{admin_port}"

    def unfinished(self) -> dict[str, object]:
        """What keeps the system from rest: documents on their way, unsent events, waiting messages."""
        documents = {str(row["id"]): row["state"] for row in database.fetch(UNFINISHED, {"ends": list(TERMINAL)})}
        unsent = database.fetch("SELECT count(*) AS events FROM events WHERE sent_at IS NULL")[0]["events"]
        delays = [f"delay.{level}" for level in SETTINGS["CONNECTOR_DELAY_LEVELS"].split(",")]
        with broker.connect("promise") as connection:
            depths = broker.depths(connection.channel(), [*QUEUES, *delays])
        waiting = {queue: messages for queue, messages in depths.items() if messages}
        return documents | waiting | ({"unsent": unsent} if unsent else {})

    def comes_to_rest(self, within: float = 60) -> dict[str, object]:
        """What is still unfinished after so many seconds; empty as soon as there is nothing."""
        deadline = time.monotonic() + within
        while (left := self.unfinished()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def not_running(self) -> list[str]:
        """Functions that the connector does not consume, and breakers that are not closed."""
        try:
            functions = requests.get(f"{self._admin}/ready", timeout=5).json()["functions"]
        except requests.RequestException:
            return ["connector"]
        open_ones = database.fetch("SELECT name FROM breakers WHERE state <> 'closed'")
        idle = [name for name, state in functions.items() if state != "consuming"]
        return idle + [row["name"] for row in open_ones] + sorted({*QUEUES} - {"parking"} - functions.keys())

    def messages(self) -> dict[str, int]:
        """In every queue, those in a consumer's hands included; the broker counts them every few seconds."""
        return evidence.queue_messages(self.stack.addresses["RABBITMQ_VHOST"])

    def evidence(self, within: float = 30) -> Evidence:
        """After rest: what everybody says. What a crash leaves in the stores for the cleaner is removed before."""
        deadline = time.monotonic() + within
        self.watcher.wait_for(database.fetch(LAST)[0]["id"], within)
        while (any(self.messages().values()) or self.not_running()) and time.monotonic() < deadline:
            time.sleep(0.2)
        evidence.clean()
        return evidence.collect(
            list(self.history),
            queues=self.messages(),
            read_model=self.read_model(),
            seen=self.watcher.seen(),
            not_running=self.not_running(),
            attempts=ATTEMPTS,
        )

    def read_model(self) -> dict[str, str]:
        """The state of every document, as the API shows it."""
        states: dict[str, str] = {}
        for state in ("indexed", "failed", "deleted", "uploaded", "classified", "extracted"):
            cursor: dict[str, str] = {}
            while cursor is not None:
                page = self.stack.client.get("/api/documents", state=state, limit=200, **cursor)
                states |= {each["id"]: each["state"] for each in page["documents"]}
                cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None  # type: ignore[assignment]
        return states


UNFINISHED = "SELECT id, state FROM documents WHERE state <> ALL(%(ends)s)"
LAST = "SELECT id::text FROM events ORDER BY events.xid DESC, position DESC LIMIT 1"


@contextmanager
def running(folder: Path, faults: str = "short-lease", **changes: str) -> Iterator[Rig]:
    """Everything started and, in the end, removed; this process sees the same database and bucket meanwhile."""
    name = f"promise-{uuid.uuid4().hex[:12]}"
    home = folder / name
    home.mkdir(parents=True)
    copied_secrets(home)
    own = {"PGDATABASE": name.replace("-", "_"), "RABBITMQ_VHOST": name, "S3_BUCKET": name, "OPENSEARCH_INDEX": name}
    ours = {"PROMISE_PLAN": str(home / "plan"), "PROMISE_FAULTS": faults, "EMBEDDING_MODEL_PATH": str(home / "none")}
    kept = {each: os.environ[each] for each in INHERITED}
    addresses = kept | own | ours | SETTINGS | {"secret_mount_path": str(home / "secrets")} | changes
    addresses.pop("PGUSER")
    addresses.pop("RABBITMQ_USER")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSTREAM_HOME", str(home))
        for key, value in (own | {"PGUSER": "docstream_owner"}).items():
            patch.setenv(key, value)
        database.close()
        made(own)
        try:
            with started(addresses, home) as rig:
                yield rig
        finally:
            database.close()
            broker.close()
            removed(own)


@contextmanager
def started(addresses: dict[str, str], home: Path) -> Iterator[Rig]:
    port = connectors.free_port()
    plain = background.gateway(addresses)
    gateway = replace(plain, command=[part.replace("local.serve", "tests.promise.gateway") for part in plain.command])
    environment = dict(background.connector(addresses).environment) | {
        "CONNECTOR_ADMIN_PORT": str(port),
        "GATEWAY_URL": background.gateway_url(),
        "PATH": addresses["PATH"],
    }
    connector = ConnectorKeeper(environment, home / "connector.log")
    gateway = replace(
        gateway, command=[part.replace("local.serve", "tests.promise.gateway") for part in gateway.command]
    )
    try:
        gateway.start(lambda: answers(f"{background.gateway_url()}/healthz"), 60)
        first_key.ensure(background.owner_environment(addresses))
        connector.start()
        assert administrator.not_ready(background.gateway_url(), 60) == []
        key = (home / "secrets" / "docstream-api-key").read_text().strip()
        stack = Stack(url=background.gateway_url(), key=key, home=home, addresses=addresses)
        rig = Rig(stack, Plan(home / "plan"), connector, port)
        eventually(lambda: not rig.not_running(), within=60)
        with rig.watcher:
            yield rig
    finally:
        connector.stop()
        gateway.stop(15)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def made(own: Mapping[str, str]) -> None:
    own_ports.choose(["gateway"])
    administer(f"CREATE DATABASE {own['PGDATABASE']}")
    management("PUT", f"vhosts/{own['RABBITMQ_VHOST']}")
    for user in ("docstream", "docstream_connector", "docstream_ops"):
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        management("PUT", f"permissions/{own['RABBITMQ_VHOST']}/{user}", everything)
    blobs.client().create_bucket(Bucket=own["S3_BUCKET"])


def removed(own: Mapping[str, str]) -> None:
    management("DELETE", f"vhosts/{own['RABBITMQ_VHOST']}")
    eventually(lambda: dropped(own["PGDATABASE"]), within=30)
    for key in blobs.keys(""):
        blobs.client().delete_object(Bucket=own["S3_BUCKET"], Key=key)
    blobs.client().delete_bucket(Bucket=own["S3_BUCKET"])
    requests.delete(f"{os.environ['OPENSEARCH_URL']}/{own['OPENSEARCH_INDEX']}-*", timeout=30)
