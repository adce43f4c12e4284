"""When may the next call of a function start? The window and the circuit in one place."""

import threading
import time
from collections.abc import Callable

from pipeline.breaker import Breaker, State

from .outcome import Health, Outcome
from .window import Window

HEALTHY: dict[Health, bool | None] = {"well": True, "ill": False, "silent": None}


class Gate:
    """Threads wait in enter() until a call may start; idle threads wait elsewhere, so nothing polls."""

    def __init__(self, breaker: Breaker, window: Window) -> None:
        self.breaker, self.window = breaker, window
        self.active = 0
        self._closed = False
        self._changed = threading.Condition()

    def enter(self, wanted: Callable[[], bool]) -> int | None:
        """A permit, or None when the gate closed or the call is no longer wanted."""
        with self._changed:
            while not self._closed and wanted():
                now = time.monotonic()
                if self.active < self.window.limit:
                    permit = self.breaker.permit(now)
                    if permit is not None:
                        self.active += 1
                        return permit
                    # Looked at again once in a while, since a lost channel makes a call unwanted.
                    self._changed.wait(min(1.0, max(0.01, self.breaker.remaining(now))))
                else:
                    self._changed.wait(1.0)
            return None

    def leave(self, permit: int, verdict: Outcome) -> None:
        with self._changed:
            self.active -= 1
            now = time.monotonic()
            before = self.breaker.state(now)
            if verdict.blocked:
                self.breaker.trip(now)
            else:
                self.breaker.record(permit, HEALTHY[verdict.health], now)
            self._adapt(verdict, before, self.breaker.state(now))
            self._changed.notify_all()

    def resize(self, workers: int) -> None:
        with self._changed:
            self.window.resize(workers)
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing starts any more; what runs goes on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _adapt(self, verdict: Outcome, before: State, after: State) -> None:
        if before != "closed" and after == "closed":
            self.window.restart()
        elif verdict.overloaded:
            self.window.overloaded()
        elif verdict.kind == "success":
            self.window.succeeded()
