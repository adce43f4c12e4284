"""Every function starts where nothing is there yet, says in its readiness what is missing, and recovers by itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from local import stackfile
from pipeline.settings import secrets_directory
from tests.free_port import free_port
from tests.promise.network import Proxy
from tests.waiting import eventually

REPOSITORY = Path(__file__).parents[2]
SERVER = REPOSITORY / "template" / "python3-starlette" / "index.py"
STACK = stackfile.parse((REPOSITORY / "stack.yml").read_text(encoding="utf-8"), {})
WORDS = {
    "broker": ("broker",),
    "db": ("database", "postgresql"),
    "s3": ("object store", "object-store"),
    "search": ("search",),
}
"""The middle of the secret of a service, and what it is called; the second once its circuit is open."""
WITHIN = 120


def addresses() -> dict[str, tuple[str, int]]:
    """Where the services of the tests are."""
    store, search = (urlsplit(os.environ[name]) for name in ("AWS_ENDPOINT_URL_S3", "OPENSEARCH_URL"))
    return {
        "broker": (os.environ["RABBITMQ_HOST"], int(os.environ["RABBITMQ_PORT"])),
        "db": (os.environ["PGHOST"], int(os.environ["PGPORT"])),
        "s3": (store.hostname or "", store.port or 0),
        "search": (search.hostname or "", search.port or 0),
    }


def through(ports: Mapping[str, int]) -> dict[str, str]:
    """The settings that lead to these ports of this machine."""
    return {
        "RABBITMQ_HOST": "127.0.0.1",
        "RABBITMQ_PORT": str(ports["broker"]),
        "PGHOST": "127.0.0.1",
        "PGPORT": str(ports["db"]),
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{ports['s3']}",
        "OPENSEARCH_URL": f"http://127.0.0.1:{ports['search']}",
    }


@contextmanager
def started(spec: stackfile.FunctionSpec, port: int, settings: Mapping[str, str]) -> Iterator[str]:
    """The address of a function that runs as its image runs it."""
    role = {"PGUSER": spec.environment["PGUSER"]} if "PGUSER" in spec.environment else {}
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--app", f"{spec.module}:app", "--port", str(port)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **settings, **role},
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def different_ports(count: int) -> set[int]:
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return found


def secrets_of(spec: stackfile.FunctionSpec) -> list[str]:
    """Without OPENSEARCH_USER the password of the search server is not read."""
    return [each for each in spec.secrets if each != "docstream-search"]


def services_of(spec: stackfile.FunctionSpec) -> list[str]:
    return [name for name in WORDS if any(each.startswith(f"docstream-{name}") for each in spec.secrets)]


@dataclass(frozen=True)
class Running:
    spec: stackfile.FunctionSpec
    url: str

    def readiness(self) -> dict[str, Any]:
        """The answer of /ready; empty before the function listens."""
        try:
            answer: dict[str, Any] = requests.get(f"{self.url}/ready", timeout=60).json()
        except requests.ConnectionError:
            return {}
        return answer

    def says(self, wanted: Iterable[Iterable[str]]) -> bool:
        """Does it say that it lacks all of these, each by one of its names?"""
        answer = self.readiness()
        said = " ".join([answer.get("detail", ""), *answer.get("without", ())])
        return bool(answer) and all(any(name in said for name in names) for names in wanted)

    def names_its_secrets(self) -> None:
        eventually(lambda: self.says([each] for each in secrets_of(self.spec)), within=WITHIN)

    def names_its_services(self) -> None:
        eventually(lambda: self.says(WORDS[each] for each in services_of(self.spec)), within=WITHIN)

    def recovers(self) -> None:
        eventually(lambda: self.readiness() == {"status": "ready"}, within=WITHIN)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("fresh_database", "vhost", "bucket", "search_index")
def test_every_function_starts_with_nothing_there_names_what_is_missing_and_recovers(tmp_path: Path) -> None:
    with ExitStack() as ending:
        proxies = {name: ending.enter_context(Proxy(*address)) for name, address in addresses().items()}
        for proxy in proxies.values():
            proxy.refuse()
        settings = through({name: proxy.port for name, proxy in proxies.items()}) | {"secret_mount_path": str(tmp_path)}
        functions = [
            Running(spec, ending.enter_context(started(spec, port, settings)))
            for spec, port in zip(STACK, different_ports(len(STACK)), strict=True)
        ]
        pool = ending.enter_context(ThreadPoolExecutor(len(functions)))
        list(pool.map(Running.names_its_secrets, functions))
        for secret in {each for spec in STACK for each in secrets_of(spec)}:
            (tmp_path / secret).write_text((secrets_directory() / secret).read_text())
        list(pool.map(Running.names_its_services, functions))
        for proxy in proxies.values():
            proxy.heal()
        list(pool.map(Running.recovers, functions))
