"""python -m bench.sink PORT WORKERS DELAY: a gateway with one trivial function, `classify`.

The function answers 200 after DELAY seconds. GET /count says how many calls were answered, how many messages they were
of, and how often the list of functions was asked for. GET /away/SECONDS cuts every connection and listens no more for
so long; GET /missing answers 404 for the function until GET /there; GET /poison/ID kills the function with one message.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable

FUNCTION = "classify"
MESSAGE = re.compile(rb"(?i)\r\nx-message-id: ([^\r]+)")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
Control = Callable[["Sink", str], None]


class Sink:
    """What the gateway knows, whoever is connected."""

    def __init__(self, port: int, workers: int, delay: float) -> None:
        annotations = {"topic": "document.uploaded", "concurrency": str(workers)}
        self.listing = json.dumps([{"name": FUNCTION, "annotations": annotations}]).encode()
        self.delay, self.answered, self.listed = delay, 0, 0
        self.messages: set[bytes] = set()
        self.poison: set[bytes] = set()
        self.missing = False
        self.connections: set[asyncio.Transport] = set()
        self._port = port
        self._server: asyncio.Server | None = None

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", self._port, backlog=256)

    def told(self, order: str, value: str) -> None:
        """away, missing, there or poison; anything else only asks."""
        if order == "away":
            asyncio.get_running_loop().create_task(self._away(float(value)))
        elif order == "poison":
            self.poison.add(value.encode())
        elif order in ("missing", "there"):
            self.missing = order == "missing"

    def counts(self) -> bytes:
        counts = {"answered": self.answered, "different": len(self.messages), "listed": self.listed}
        return json.dumps(counts).encode()

    async def _away(self, seconds: float) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.connections):
            connection.abort()
        await asyncio.sleep(seconds)
        await self.listen()


class Connection(asyncio.Protocol):
    """As much of HTTP/1.1 as the connector needs: a request has a Content-Length or no body."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._sink.connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            head = bytes(self._received[: end + 2])
            del self._received[:whole]
            self._request(head)

    def _request(self, head: bytes) -> None:
        if head.startswith(b"POST"):
            named = MESSAGE.search(head)
            self._call(named[1] if named else b"")
        elif head.startswith(b"GET /system/functions"):
            self._sink.listed += 1
            self._answer(self._sink.listing)
        else:
            self._answer(self._sink.counts())
            _, order, value, *_ = [*head.split()[1].decode().split("/"), ""]
            self._sink.told(order, value)

    def _call(self, message: bytes) -> None:
        if self._sink.missing:
            self._answer(b"", "404 Not Found")
        elif message in self._sink.poison:
            self._answer(b"", "500 Internal Server Error", "X-OpenFaaS-Internal: of-watchdog\r\n")
        elif self._sink.delay:
            asyncio.get_running_loop().call_later(self._sink.delay, self._done, message)
        else:
            self._done(message)

    def _done(self, message: bytes) -> None:
        if not self._transport.is_closing():
            self._sink.answered += 1
            self._sink.messages.add(message)
            self._answer(b"{}")

    def _answer(self, body: bytes, status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self._transport.write(head.encode() + body)


async def serve(port: int, workers: int, delay: float) -> None:
    await Sink(port, workers, delay).listen()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
