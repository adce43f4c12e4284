"""One process of a function: started, watched, and started again when it dies."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from local.runner import Runner
from local.stackfile import FunctionSpec

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
STEADY_SECONDS = 10.0
"""A process that lived so long did not fail at its start: the pauses begin anew."""
POLL_SECONDS = 0.02

log = logging.getLogger(__name__)


class Replica:
    """Ready when its process accepts connections; inflight counts the calls it works on."""

    def __init__(self, spec: FunctionSpec, runner: Runner, on_ready: Callable[[], None]) -> None:
        self.spec = spec
        self.ready = False
        self.inflight = 0
        self.session = runner.session()
        self.origin, self.socket = runner.origin, runner.socket
        self._runner = runner
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
        self._runner.close()

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            await self._run_once()
            pause = FIRST_PAUSE if time.monotonic() - started > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _run_once(self) -> None:
        process = await self._runner.start()
        ended = asyncio.create_task(process.wait())
        try:
            while not ended.done() and not await self._runner.accepts():
                await asyncio.sleep(POLL_SECONDS)
            if not ended.done():
                self.ready = True
                self._on_ready()
            code = await asyncio.shield(ended)
            log.warning("function ended", extra={"function": self.spec.name, "exit_code": code})
        finally:
            self.ready = False
            await self._runner.end(process)
            await ended
            self._runner.close()
