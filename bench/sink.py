"""python -m bench.sink PORT WORKERS DELAY: a gateway with one trivial function, `classify`.

The function answers 200 after DELAY seconds. GET /count says how many calls were answered, and how often the list of
functions was asked for.
"""

import asyncio
import json
import sys

FUNCTION = "classify"


class Sink(asyncio.Protocol):
    """As much of HTTP/1.1 as the connector needs: a request has a Content-Length or no body."""

    answered = 0
    listed = 0

    def __init__(self, workers: int, delay: float) -> None:
        annotations = {"topic": "document.uploaded", "concurrency": str(workers)}
        self._listing = json.dumps([{"name": FUNCTION, "annotations": annotations}]).encode()
        self._delay = delay
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            whole = end + 4 + (int(lengths[0].split(b":")[1]) if lengths else 0)
            if len(self._received) < whole:
                return
            del self._received[:whole]
            self._request(head)

    def _request(self, head: bytes) -> None:
        if head.startswith(b"POST"):
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._done)
            else:
                self._done()
        elif head.startswith(b"GET /count"):
            self._answer(json.dumps({"answered": Sink.answered, "listed": Sink.listed}).encode())
        else:
            Sink.listed += 1
            self._answer(self._listing)

    def _done(self) -> None:
        Sink.answered += 1
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(port: int, workers: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(workers, delay), "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
