"""Health, readiness, metrics and pause on one small HTTP port."""

import base64
import hmac
import json
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from pipeline.broker import Publisher
from pipeline.broker.connection import HEARTBEAT_SECONDS

from .circuits import DATABASE, database_circuit
from .heartbeat import state_of
from .supervisor import Supervisor

SILENT_SECONDS = 2 * HEARTBEAT_SECONDS


class Health:
    """alive: every I/O thread turns. ready: the topology is verified and a map is known. Paused is healthy."""

    def __init__(self, supervisor: Supervisor, publisher: Publisher) -> None:
        self.supervisor, self.publisher = supervisor, publisher

    def alive(self) -> bool:
        links = (self.supervisor.subscriber.link, self.publisher.link)
        oldest = min(self.supervisor.ticked_at, *(link.ticked_at for link in links))
        return time.monotonic() - oldest < SILENT_SECONDS and all(link.state != "closed" for link in links)

    def ready(self) -> bool:
        return self.supervisor.verified and self.supervisor.subscriber.link.state == "open"

    def functions(self) -> dict[str, str]:
        return {name: state_of(intake) for name, intake in list(self.supervisor.intakes.items())}


class Admin(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, health: Health, administrator: tuple[str, str]) -> None:
        """administrator: the gateway's, with the password; who may deploy may pause."""
        super().__init__((host, port), Handler)
        self.health = health
        self.credentials = b"Basic " + base64.b64encode(":".join(administrator).encode())

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 5}, name="admin", daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Admin
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        health = self.server.health
        if self.path == "/metrics":
            self._answer(HTTPStatus.OK, generate_latest(), CONTENT_TYPE_LATEST)
        elif self.path == "/health":
            self._say(HTTPStatus.OK if health.alive() else HTTPStatus.SERVICE_UNAVAILABLE, alive=health.alive())
        elif self.path == "/ready":
            status = HTTPStatus.OK if health.ready() else HTTPStatus.SERVICE_UNAVAILABLE
            dependencies = {DATABASE: database_circuit()}
            self._say(status, ready=health.ready(), functions=health.functions(), dependencies=dependencies)
        else:
            self._say(HTTPStatus.NOT_FOUND, code="not-found")

    def do_POST(self) -> None:
        """/pause/<function> and /resume/<function>, for the gateway's administrator: until the connector ends."""
        if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), self.server.credentials):
            self._say(HTTPStatus.UNAUTHORIZED, code="unauthorized")
            return
        _, action, function = [*self.path.split("/", 2), "", ""][:3]
        intake = self.server.health.supervisor.intakes.get(function)
        if action not in ("pause", "resume") or intake is None:
            self._say(HTTPStatus.NOT_FOUND, code="not-found")
            return
        self.server.health.supervisor.pause(function, action == "pause")
        self._say(HTTPStatus.OK, function=function, paused=intake.paused)

    def _say(self, status: HTTPStatus, **fields: object) -> None:
        self._answer(status, json.dumps(fields).encode(), "application/json")

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="connector"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Probes and scrapes are not worth a line each."""
