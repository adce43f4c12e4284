#!/usr/bin/env python3
"""Stands in for of-watchdog in http mode where the real one cannot be had: the same environment, the same answers.

Runs in the image, with what the template installs there. Not imitated: metrics, X-Timeout, log prefixes.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import h11
import uvicorn

SETTINGS = os.environ
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
LOCK = Path(tempfile.gettempdir()) / ".lock"
INTERNAL = b"x-openfaas-internal"
HOP = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}


def seconds(name: str, default: float) -> float:
    """Of a Go duration in the environment, such as 2m5s."""
    text = SETTINGS.get(name, "")
    if text.isdigit():
        return float(text)
    found = re.findall(r"(\d+(?:\.\d+)?)(h|ms|m|s)", text)
    return sum(float(number) * SECONDS[unit] for number, unit in found) if found else default


class Watchdog:
    """An ASGI application in front of one process."""

    def __init__(self) -> None:
        self.limit = int(SETTINGS.get("max_inflight") or 0)
        self.exec_timeout = seconds("exec_timeout", 30)
        self.write_timeout = seconds("write_timeout", 30)
        host, port = SETTINGS["upstream_url"].removeprefix("http://").rstrip("/").split(":")
        self.upstream = (host, int(port))
        self.inflight = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] in ("/_/health", "/_/ready"):
            await reply(send, 200 if LOCK.exists() else 503)
        elif self.limit and self.inflight >= self.limit:
            text = f"Concurrent request limit exceeded. Max concurrent requests: {self.limit}\n"
            await reply(send, 429, b"faas-middleware", text)
        else:
            self.inflight += 1
            try:
                await self.forward(scope, receive, send)
            finally:
                self.inflight -= 1

    async def forward(self, scope: Any, receive: Any, send: Any) -> None:
        accept = dict(scope["headers"]).get(b"accept", b"")
        limit = self.write_timeout if b"text/event-stream" in accept else self.exec_timeout
        call = Call(self.upstream, scope, receive, send)
        try:
            async with asyncio.timeout(limit):
                await call.run()
        except TimeoutError:
            await call.fail(504)
        except (OSError, h11.RemoteProtocolError):
            await call.fail(500)


class Call:
    """One call, on a connection of its own; the body is sent while it comes, the answer passed on while it comes."""

    def __init__(self, upstream: tuple[str, int], scope: Any, receive: Any, send: Any) -> None:
        self.upstream, self.scope, self.receive, self.send = upstream, scope, receive, send
        self.connection = h11.Connection(h11.CLIENT)
        self.started = False

    async def fail(self, status: int) -> None:
        if self.started:
            raise ConnectionAbortedError("the answer has begun; it can only be cut")
        await reply(self.send, status, b"of-watchdog")

    async def run(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(*self.upstream)
        sending = asyncio.create_task(self.request())
        try:
            await self.response()
        finally:
            sending.cancel()
            self.writer.close()

    def write(self, event: Any) -> None:
        self.writer.write(self.connection.send(event) or b"")

    async def request(self) -> None:
        scope = self.scope
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        kept = [(name, value) for name, value in scope["headers"] if name not in HOP]
        sized = any(name == b"content-length" for name, _ in kept)
        if not sized and any(name == b"transfer-encoding" for name, _ in scope["headers"]):
            kept.append((b"transfer-encoding", b"chunked"))
        self.write(h11.Request(method=scope["method"], target=target, headers=kept))
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.writer.close()
                return
            more = message.get("more_body", False)
            if message.get("body"):
                self.write(h11.Data(data=message["body"]))
                await self.writer.drain()
        self.write(h11.EndOfMessage())
        await self.writer.drain()
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.writer.close()

    async def response(self) -> None:
        event: Any = None
        while not isinstance(event, h11.EndOfMessage):
            event = self.connection.next_event()
            if event is h11.NEED_DATA:
                self.connection.receive_data(await self.reader.read(65_536))
            elif isinstance(event, h11.Response):
                self.started = True
                headers = [(name, value) for name, value in event.headers if name not in HOP]
                await self.send({"type": "http.response.start", "status": event.status_code, "headers": headers})
            elif isinstance(event, h11.Data):
                await self.send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})


async def reply(send: Any, status: int, source: bytes = b"", text: str = "") -> None:
    headers = [(b"content-length", str(len(text)).encode())] + ([(INTERNAL, source)] if source else [])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


async def main() -> int:
    """Until the process ends, or after SIGTERM once the calls in flight are done."""
    process = await asyncio.create_subprocess_exec(*SETTINGS["fprocess"].split())
    port = int(SETTINGS.get("port") or 8080)
    config = uvicorn.Config(
        Watchdog(), host="0.0.0.0", port=port, log_config=None, access_log=False, ws="none", server_header=False
    )
    config.timeout_graceful_shutdown = int(seconds("write_timeout", 30))
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    stopping = asyncio.Event()

    def stop() -> None:
        LOCK.unlink(missing_ok=True)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        stopping.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    LOCK.touch()
    serving = asyncio.create_task(server.serve())
    ended = asyncio.create_task(process.wait())
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait([ended, waiting], return_when=asyncio.FIRST_COMPLETED)
    if not stopping.is_set():
        print(f"Forked function has terminated: exit status {process.returncode}", file=sys.stderr)
        return 1
    await asyncio.sleep(seconds("healthcheck_interval", seconds("write_timeout", 30)))
    server.should_exit = True
    await serving
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
