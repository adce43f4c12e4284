"""Starts a whole product that tests may kill, and removes it: database, vhost, bucket, index, gateway, connector."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from local import administrator, background, first_key, own_ports, site
from pipeline import blobs, broker, database
from tests.free_port import free_port
from tests.promise.failpoints import Plan
from tests.promise.keeper import ConnectorKeeper
from tests.promise.rig import SETTINGS, Rig
from tests.servers import administer, dropped, management, remove_bucket
from tests.stack import Stack, copied_secrets
from tests.waiting import eventually

INHERITED = (
    *("PGHOST", "PGPORT", "RABBITMQ_HOST", "RABBITMQ_PORT", "AWS_ENDPOINT_URL_S3", "AWS_REGION"),
    *("AWS_ACCESS_KEY_ID", "S3_ADDRESSING_STYLE", "OPENSEARCH_URL", "PATH"),
)


@pytest.fixture(scope="session")
def rig(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One running product for all tests that leave it sound."""
    with running(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@contextmanager
def running(folder: Path, **changes: str) -> Iterator[Rig]:
    """Everything started and, in the end, removed; this process sees the same database and bucket meanwhile."""
    name = f"promise-{uuid.uuid4().hex[:12]}"
    home = folder / name
    home.mkdir(parents=True)
    copied_secrets(home)
    own = {"PGDATABASE": name.replace("-", "_"), "RABBITMQ_VHOST": name, "S3_BUCKET": name, "OPENSEARCH_INDEX": name}
    ours = {"PROMISE_PLAN": str(home / "plan"), "EMBEDDING_MODEL_PATH": str(home / "none")}
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
    port = free_port()
    plain = background.gateway(addresses)
    root = code(home / "code")
    command = [part.replace("local.serve", "tests.promise.gateway") for part in plain.command]
    gateway = replace(plain, command=[*command, "--stack", str(root / "stack.yml")])
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


def code(root: Path) -> Path:
    """The functions as they are, in a folder to which a test may add one."""
    (root / "functions").mkdir(parents=True)
    for name in ("pipeline", "stack.yml"):
        (root / name).symlink_to(site.REPOSITORY / name)
    for folder in (site.REPOSITORY / "functions").glob("[a-z]*"):
        (root / "functions" / folder.name).symlink_to(folder)
    return root


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
    remove_bucket(own["S3_BUCKET"])
    requests.delete(f"{os.environ['OPENSEARCH_URL']}/{own['OPENSEARCH_INDEX']}-*", timeout=30)
