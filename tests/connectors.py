"""Real connector processes, with delays short enough for a test."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import requests

from pipeline import settings
from tests.free_port import free_port
from tests.waiting import eventually

SETTINGS = {
    "PGUSER": "docstream_owner",
    "RABBITMQ_USER": "docstream_connector",
    "CONNECTOR_DELAY_LEVELS": "0.1,0.3,1",
    "CONNECTOR_BACKOFF_SECONDS": "0.05",
    "CONNECTOR_TOPICS_SECONDS": "0.2",
    "CONNECTOR_RELAY_AGE_SECONDS": "0.1",
    "CONNECTOR_BREAKER_SECONDS": "0.5",
    "CONNECTOR_BREAKER_MAX_SECONDS": "1",
    "CONNECTOR_SWEEP_SECONDS": "0.3",
    "CONNECTOR_STUCK_SECONDS": "3600",
    "CONNECTOR_CALL_SECONDS": "5",
    "CONNECTOR_GRACE_SECONDS": "10",
}


class ConnectorProcess:
    """`python -m connector` in this test's database and vhost; its log is at hand as JSON lines."""

    def __init__(self, gateway_url: str, **settings: str) -> None:
        self.port = free_port()
        descriptor, path = tempfile.mkstemp()
        self._log = os.fdopen(descriptor, "w+")
        Path(path).unlink()
        own = {"GATEWAY_URL": gateway_url, "CONNECTOR_ADMIN_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "connector"], env={**os.environ, **SETTINGS, **own, **settings}, stderr=self._log
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)

    def post(self, path: str, password: str | None = None) -> requests.Response:
        """As the gateway's administrator."""
        known = password or settings.secret("docstream-basic-auth-password")
        return requests.post(f"http://127.0.0.1:{self.port}{path}", auth=("admin", known), timeout=30)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log()
        try:
            return self.get("/ready").status_code == 200
        except requests.ConnectionError:
            return False

    def ready(self) -> Self:
        """Wait until it consumes what is deployed."""
        eventually(lambda: self.is_ready() and set(self.states().values()) <= {"consuming"}, within=60)
        return self

    def states(self) -> dict[str, str]:
        functions: dict[str, str] = self.get("/ready").json()["functions"]
        return functions

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Frozen during the block, like a machine that sleeps."""
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)

    def terminate(self, within: float = 15) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def log(self) -> list[dict[str, Any]]:
        # A second descriptor would share the offset at which the process writes.
        content = os.pread(self._log.fileno(), 10_000_000, 0).decode()
        return [json.loads(line) for line in content.splitlines() if line.startswith("{")]

    def actions(self, action: str) -> list[dict[str, Any]]:
        return [line for line in self.log() if line.get("action") == action]
