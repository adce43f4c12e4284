"""What a test does with a running product: look at it, kill parts of it, wait until it is at rest, collect evidence."""

import itertools
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from local import administrator
from pipeline import broker, database
from pipeline.model import TERMINAL
from tests import connectors
from tests.free_port import free_port
from tests.promise import evidence
from tests.promise.client import Asker
from tests.promise.evidence import Evidence
from tests.promise.failpoints import Plan
from tests.promise.history import History
from tests.promise.keeper import ConnectorKeeper
from tests.promise.watcher import Watcher
from tests.stack import Stack
from tests.waiting import eventually

SETTINGS = connectors.SETTINGS | {"CONNECTOR_CALL_SECONDS": "10", "SSE_WINDOW_SECONDS": "3"}
ATTEMPTS = 6
QUEUES = ("classify", "extract", "index", "notify", "compensate", "parking")


class Rig:
    """What a test does with the product; everything the client learns goes into history and watcher."""

    def __init__(self, stack: Stack, plan: Plan, connector: ConnectorKeeper, admin_port: int) -> None:
        self.stack, self.plan, self.connector = stack, plan, connector
        self.history = History()
        self.client = Asker(stack.url, stack.headers, self.history)
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
            functions = self.function_states()
        except requests.RequestException:
            return ["connector"]
        open_ones = database.fetch("SELECT name FROM breakers WHERE state <> 'closed'")
        idle = [name for name, state in functions.items() if state != "consuming"]
        return idle + [row["name"] for row in open_ones] + sorted({*QUEUES} - {"parking"} - functions.keys())

    def function_states(self) -> dict[str, str]:
        """What the connector does with each function."""
        states: dict[str, str] = requests.get(f"{self._admin}/ready", timeout=30).json()["functions"]
        return states

    def consumers(self, queue: str) -> int:
        with broker.connect("promise") as connection:
            return int(connection.channel().queue_declare(queue, passive=True).method.consumer_count)

    def ready(self, queue: str) -> int:
        """How many messages lie in a queue and in nobody's hands."""
        with broker.connect("promise") as connection:
            return broker.depths(connection.channel(), [queue])[queue]

    def connector_log(self, action: str) -> list[dict[str, Any]]:
        """What the connectors have logged about one kind of action."""
        return [line for line in json_lines(self.stack.home / "connector.log") if line.get("action") == action]

    def function_log(self, function: str) -> list[dict[str, Any]]:
        return json_lines(self.stack.home / "logs" / f"{function}.log")

    @contextmanager
    def another_connector(self) -> Iterator[None]:
        """A second one beside the first."""
        other = self.connector.twin(free_port())
        other.start()
        try:
            yield
        finally:
            other.stop()

    @property
    def administrator(self) -> tuple[str, str]:
        """Of the gateway, and so of the connector."""
        return "admin", (self.stack.home / "secrets" / "docstream-basic-auth-password").read_text().strip()

    def deploy(self, method: str, deployment: Mapping[str, object]) -> None:
        """Ask the gateway as faas-cli does."""
        url = f"{self.stack.url}/system/functions"
        requests.request(method, url, json=deployment, auth=self.administrator, timeout=30).raise_for_status()

    def pause(self, function: str) -> None:
        requests.post(f"{self._admin}/pause/{function}", auth=self.administrator, timeout=30).raise_for_status()

    def resume(self, function: str) -> None:
        requests.post(f"{self._admin}/resume/{function}", auth=self.administrator, timeout=30).raise_for_status()

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all series of this name that carry these labels; 0 when there is none."""
        found = 0.0
        for line in requests.get(f"{self._admin}/metrics", timeout=30).text.splitlines():
            if line.split("{")[0].split(" ")[0] == name and all(f'{key}="{labels[key]}"' in line for key in labels):
                found += float(line.rpartition(" ")[2])
        return found

    def deferred(self, function: str) -> float:
        """How many calls of a function this connector has put off because something was away."""
        return self.metric("docstream_connector_settled_total", function=function, outcome="unavailable")

    def messages(self) -> dict[str, int]:
        """In every queue, those in a consumer's hands included; the broker counts them every few seconds."""
        return evidence.queue_messages(self.stack.addresses["RABBITMQ_VHOST"])

    def evidence(self, within: float = 30) -> Evidence:
        """After rest: what everybody says. What a crash leaves in the stores for the cleaner is removed before."""
        deadline = time.monotonic() + within
        self.watcher.wait_for(database.fetch(LAST)[0]["id"], within)
        while self.not_running() and time.monotonic() < deadline:
            time.sleep(0.2)
        evidence.clean()
        return evidence.collect(
            list(self.history),
            queues=evidence.last_messages(self.stack.addresses["RABBITMQ_VHOST"], deadline),
            read_model=self.read_model(),
            seen=self.watcher.seen(),
            not_running=self.not_running(),
            attempts=ATTEMPTS,
        )

    def events(self, document_id: str | None) -> list[str]:
        """The names of a document's events, without their common beginning."""
        rows = database.fetch(HISTORY, {"id": document_id})
        return [str(row["type"]).removeprefix("document.") for row in rows]

    def pids(self, function: str) -> list[int]:
        """The processes of a function of this product."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
                ours = str(self.stack.home).encode() in (folder / "environ").read_bytes()
            except OSError:
                continue
            if ours and f"functions.{function}.handler:app".encode() in command:
                found.append(int(folder.name))
        return found

    def kill(self, *functions: str) -> None:
        """kill -9, and wait until each has a new process that answers.

        A new process is there only after the gateway knows of the end of the old one.
        """
        old = {function: self.pids(function) for function in functions}
        for pid in itertools.chain.from_iterable(old.values()):
            with suppress(ProcessLookupError):  # a child that went with its parent
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: all(set(self.pids(name)) - set(old[name]) for name in functions), within=60)
        assert administrator.not_ready(self.stack.url, 60) == []

    def actions(self, action: str) -> int:
        """How often the functions have logged this."""
        logs = (self.stack.home / "logs").glob("*.log")
        return sum(path.read_text(errors="replace").count(f'"action": "{action}"') for path in logs)

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


def json_lines(log: Path) -> list[dict[str, Any]]:
    """A process that was killed may have left half a line."""
    lines = log.read_text(errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


HISTORY = "SELECT type FROM events WHERE document_id = %(id)s::uuid ORDER BY sequence"
UNFINISHED = "SELECT id, state FROM documents WHERE state <> ALL(%(ends)s)"
LAST = "SELECT id::text FROM events ORDER BY events.xid DESC, position DESC LIMIT 1"
