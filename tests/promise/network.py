"""A TCP proxy that misbehaves when it is told to: slow, in small pieces, silent, cut, or refusing."""

import asyncio
import threading
from contextlib import suppress
from typing import Self

CHUNK_BYTES = 65_536


class Proxy:
    """Listens on a port of its own. latency is seconds, piece bytes; both may be set at any time."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self.latency = 0.0
        self.piece = CHUNK_BYTES
        self.port = 0
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._passing = asyncio.Event()
        self._passing.set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def cut(self) -> None:
        """Reset every connection."""
        self._loop.call_soon_threadsafe(self._reset)

    def refuse(self) -> None:
        """Reset every connection, and each new one at once."""
        self._refusing = True
        self.cut()

    def silence(self) -> None:
        """A black hole: connections stay and new ones open, and nothing passes."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def heal(self) -> None:
        """What a black hole held back passes now."""
        self.latency, self.piece, self._refusing = 0.0, CHUNK_BYTES, False
        self._loop.call_soon_threadsafe(self._passing.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._reset()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        server.close()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    def _reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        if self._refusing:
            self._reset()
        # In the end what still waits is cancelled, and nobody asks for its result.
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._writers -= ends

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(self.piece):
                await self._passing.wait()
                if self.latency:
                    await asyncio.sleep(self.latency)
                writer.write(data)
                await writer.drain()
        writer.close()
