"""The world outside the connector: an OpenFaaS gateway that counts calls and answers what a test tells it."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Call:
    function: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def problem(status: int, code: str, **headers: str) -> Reply:
    body = json.dumps({"status": status, "code": code, "detail": f"because {code}"}).encode()
    return Reply(status=status, headers={"Content-Type": "application/problem+json", **headers}, body=body)


class SimulatedGateway(ThreadingHTTPServer):
    """functions maps a name to its annotations; replies maps a name to what a call is answered (200 by default)."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.functions: dict[str, dict[str, str]] = {}
        self.replies: dict[str, Callable[[Call], Reply]] = {}
        self.listing: Callable[[], Reply] = self.list_functions
        self.calls: list[Call] = []
        self.running: dict[str, int] = defaultdict(int)
        self.most: dict[str, int] = defaultdict(int)
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def list_functions(self) -> Reply:
        listing = [{"name": name, "annotations": notes} for name, notes in self.functions.items()]
        return Reply(headers={"Content-Type": "application/json"}, body=json.dumps(listing).encode())

    def deploy(self, name: str, topic: str | None = None, **annotations: str) -> None:
        self.functions[name] = {**({"topic": topic} if topic else {}), **annotations}

    def calls_of(self, function: str) -> list[Call]:
        with self.lock:
            return [call for call in self.calls if call.function == function]

    def call(self, call: Call) -> Reply:
        with self.lock:
            self.calls.append(call)
            self.running[call.function] += 1
            self.most[call.function] = max(self.most[call.function], self.running[call.function])
        try:
            reply = self.replies.get(call.function)
            return reply(call) if reply else Reply()
        finally:
            with self.lock:
                self.running[call.function] -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    server: SimulatedGateway
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(self.server.listing())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        function = self.path.removeprefix("/function/")
        if function not in self.server.functions:
            self._answer(Reply(status=404))
            return
        self._answer(self.server.call(Call(function=function, headers=dict(self.headers), body=body)))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """The calls are counted, not printed."""
