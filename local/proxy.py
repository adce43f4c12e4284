"""One HTTP call through the gateway: the request streams in, the answer streams out, nothing is kept."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from local import answers, headers
from local.functions import Function, NotAvailable
from local.replica import Replica

HELD_BYTES = 4096
"""Go's server holds an answer back until so many bytes are there or the answer ends."""
EVENT_STREAM = b"text/event-stream"


class CallerGone(Exception):
    """The client closed its connection in the middle of its request."""


async def call(
    function: Function, path: str, scope: Scope, receive: Receive, send: Send, *, upstream_timeout: float
) -> answers.Answer | None:
    """Pass one call to the least busy process, within the limits of watchdog and gateway.

    Returns what they answer where the function does not, None when its own answer has begun.
    """
    try:
        replica = await function.least_busy()
    except NotAvailable:
        return answers.no_endpoint(function.spec.name)
    limit = function.limits.max_inflight
    if limit and replica.inflight >= limit:
        return answers.too_many(limit)
    function.invocations += 1
    with replica.call():
        return await _Exchange(function, replica, scope, receive, send).run(path, upstream_timeout)


class _Exchange:
    def __init__(self, function: Function, replica: Replica, scope: Scope, receive: Receive, send: Send) -> None:
        self.function = function
        self.replica = replica
        self.scope = scope
        self.receive = receive
        self.send = send
        self.flushed = headers.value(scope["headers"], b"accept") == EVENT_STREAM
        self.started = False
        self.gone = False
        self.watcher: asyncio.Task[None] | None = None

    async def run(self, path: str, upstream_timeout: float) -> answers.Answer | None:
        limits = self.function.limits
        own = limits.write_timeout if self.flushed else limits.exec_timeout
        try:
            async with asyncio.timeout(min(own, upstream_timeout)) as self.clock:
                await self.exchange(path)
        except TimeoutError:
            return self.instead(answers.EXEC_TIMEOUT if own <= upstream_timeout else answers.UPSTREAM_TIMEOUT)
        except aiohttp.ClientError:
            return self.instead(answers.PROCESS_GONE)
        finally:
            if self.watcher:
                self.watcher.cancel()
        return None

    def instead(self, answer: answers.Answer) -> answers.Answer | None:
        """Once the function's own answer has begun, the server cuts it where it is when we return."""
        return None if self.gone or self.started else answer

    async def exchange(self, path: str) -> None:
        scope = self.scope
        url = URL.build(
            scheme="http",
            host=self.replica.origin.host or "",
            port=self.replica.origin.port,
            path=quote(path),
            query_string=scope["query_string"].decode("latin-1"),
            encoded=True,
        )
        client = scope["client"][0] if scope["client"] else ""
        sent = headers.to_function(scope["headers"], client, f"{self.function.spec.name}:8080")
        body = self.body() if _has_body(scope) else None
        if body is None:
            self.watch()
        response = await self.replica.session.request(
            scope["method"], url, headers=sent, data=body, allow_redirects=False
        )
        try:
            await self.relay(response)
        finally:
            # An answer given before the body was read ends the upload too.
            response.close() if self.watcher is None else response.release()

    async def body(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.gone = True
                raise CallerGone
            more = message.get("more_body", False)
            if chunk := message.get("body"):
                yield chunk
        self.watch()

    def watch(self) -> None:
        self.watcher = asyncio.create_task(self.end_with_caller())

    async def end_with_caller(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.clock.reschedule(asyncio.get_running_loop().time())

    async def relay(self, response: aiohttp.ClientResponse) -> None:
        start = {"type": "http.response.start", "status": response.status}
        self.started = True
        await self.send({**start, "headers": headers.passed(response.raw_headers)})
        held = bytearray()
        async for chunk in response.content.iter_any():
            held += chunk
            if self.flushed or len(held) >= HELD_BYTES:
                await self.send({"type": "http.response.body", "body": bytes(held), "more_body": True})
                held.clear()
        await self.send({"type": "http.response.body", "body": bytes(held)})


def _has_body(scope: Scope) -> bool:
    names = {name for name, value in scope["headers"] if value != b"0"}
    return b"content-length" in names or b"transfer-encoding" in names
