"""Servers in trouble: one that answers every request alike, one that never answers, one that refuses."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def answering(status: int | None) -> Iterator[str]:
    """The address of a server that answers with this status and an empty object, or with None keeps silent."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            if status is None:
                over.wait()
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}" if self.command != "HEAD" else b"")

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = reply

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what happened."""

    with listening(Handler) as address:
        try:
            yield address
        finally:
            over.set()


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that handles its requests so."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def refusing() -> Iterator[str]:
    """The address of a port that is bound and does not listen: every connection is refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
