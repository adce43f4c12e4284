"""The parent's side: one warm child process, one document at a time, killed by the clock.

Nothing that could be executed crosses the border: requests and answers are JSON.
"""

import atexit
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pipeline.errors import Busy, Rejected, Unavailable

from .process import MEMORY, too_hungry
from .running import Child, Died, TimedOut, started

DOCUMENTS = 500
"""After so many a child is begun anew."""
WAIT_SECONDS = 20.0
"""For the document before; with the work itself it fits into the time of a call."""


class Broken(Exception):
    """A bug of ours or of a library; carries the traceback of the child."""


class Keeper:
    """Keeps one child ready. Its thread lives as long as this process: the child dies with the thread that began it.

    worker names the module that the child runs; most_resident tells the bytes that one may hold and still go on.
    """

    def __init__(self, worker: str, most_resident: Callable[[], int]) -> None:
        self._worker = worker
        self._most_resident = most_resident
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-keeper")
        self._lock = threading.Lock()
        self._next: Future[Child] | None = None
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Begin a child in the background, unless there is one."""
        if self._next is None:
            self._next = self._thread.submit(started, self._worker)

    def ask(self, request: dict[str, Any], *, seconds: float, memory_bytes: int) -> dict[str, Any]:
        """The child's answer; memory_bytes is the address space it may have.

        Raises Rejected as the worker does, also "conversion-timeout" or "conversion-memory"; Busy, Unavailable, Broken.
        """
        asked = {"memory_bytes": memory_bytes, "most_resident": self._most_resident(), "request": request}
        said = self._said(json.dumps(asked).encode() + b"\n", seconds)
        if "bug" in said:
            raise Broken(said["bug"])
        if "code" in said:
            raise Rejected(said["code"], said["reason"])
        return dict(said["answer"])

    def close(self) -> None:
        """End the child, once it has started."""
        self._thread.shutdown()
        if self._next is not None and self._next.exception() is None:
            self._next.result().kill()
        self._next = None

    def _said(self, line: bytes, seconds: float) -> dict[str, Any]:
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise Busy("the child process is at work on another document", retry_after=5)
        try:
            first = self._child()
            used, deadline = first.documents > 0, time.monotonic() + seconds
            try:
                said = self._asked(first, line, deadline)
            except Died as death:
                if death.starved and not used:
                    raise
                # Once may be the kernel's or an operator's doing; the same document twice is its own.
                return self._asked(self._child(), line, deadline)
            # What earlier documents left behind costs this one nothing.
            starved = said.get("code") == MEMORY and used
            return self._asked(self._child(), line, deadline) if starved else said
        except Died as error:
            raise too_hungry() from error
        except TimedOut as error:
            raise Rejected("conversion-timeout", f"the conversion took more than {seconds:g} seconds") from error
        finally:
            self._lock.release()

    def _child(self) -> Child:
        self.warm_up()
        assert self._next is not None
        try:
            return self._next.result()
        except Exception as error:
            self._next = None
            raise Unavailable("the child process does not start") from error

    def _asked(self, child: Child, line: bytes, deadline: float) -> dict[str, Any]:
        healthy = False
        try:
            child.ask(line)
            said = child.answer(deadline)
            child.documents += 1
            small = said.pop("resident") < self._most_resident() and child.documents < DOCUMENTS
            healthy = small and said.get("code") != MEMORY and "bug" not in said
            return said
        finally:
            if not healthy:
                child.kill()
                self._next = None
                self.warm_up()
