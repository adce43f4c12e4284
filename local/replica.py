"""One process of a function: started, watched, and started again when it dies."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import aiohttp

from local.launch import Place, launch
from local.stackfile import FunctionSpec

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
STEADY_SECONDS = 10.0
"""A process that lived so long did not fail at its start: the pauses begin anew."""
POLL_SECONDS = 0.02
IDLE_SECONDS = 60.0

log = logging.getLogger(__name__)


class Replica:
    """Ready when its process accepts connections; inflight counts the calls it works on."""

    def __init__(self, spec: FunctionSpec, place: Place, on_ready: Callable[[], None]) -> None:
        self.spec = spec
        self.ready = False
        self.inflight = 0
        self.socket = place.new_socket(spec.name)
        self.session = _session(str(self.socket))
        self._place = place
        self._on_ready = on_ready
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = asyncio.create_task(self._keep_running())

    @contextmanager
    def call(self) -> Iterator[None]:
        """Counts one call while it is in flight."""
        self.inflight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self.inflight -= 1
            if not self.inflight:
                self._idle.set()

    async def stop(self, drain_seconds: float) -> None:
        """Take no new call, let those in flight finish, then end the process and all its children."""
        self.ready = False
        with suppress(TimeoutError):
            async with asyncio.timeout(drain_seconds):
                await self._idle.wait()
        self._running.cancel()
        await asyncio.wait([self._running])
        await self.session.close()
        self.socket.unlink(missing_ok=True)

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            await self._run_once()
            pause = FIRST_PAUSE if time.monotonic() - started > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        process = await launch(self.spec, self._place, self.socket)
        ended = asyncio.create_task(process.wait())
        try:
            while not ended.done() and not await _accepts(str(self.socket)):
                await asyncio.sleep(POLL_SECONDS)
            if not ended.done():
                self.ready = True
                self._on_ready()
            code = await asyncio.shield(ended)
            log.warning("function ended", extra={"function": self.spec.name, "exit_code": code})
        finally:
            self.ready = False
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await ended
            self.socket.unlink(missing_ok=True)


async def _accepts(socket: str) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.close()
    return True


def _session(socket: str) -> aiohttp.ClientSession:
    """Passes bytes as they are; all time limits are the caller's."""
    return aiohttp.ClientSession(
        connector=aiohttp.UnixConnector(path=socket, limit=0, keepalive_timeout=IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
