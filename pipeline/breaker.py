"""The circuit of a function or of a dependency; pure but for its lock. It never wraps a call: permit() before, record()
after.
"""

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds and calls."""

    window: int = 20
    window_seconds: float = 60
    failing_share: float = 0.5
    consecutive: int = 8
    first_open: float = 10
    longest_open: float = 300
    successes_to_close: int = 3
    probe_lease: float = 180


# One call in two seconds is no burden, and a server that is back should not wait for us.
DEPENDENCY = Limits(consecutive=5, first_open=2, longest_open=15, successes_to_close=1, probe_lease=60)


class Breaker:
    """Opens on failures, then lets exactly one probe through at a time until enough of them succeeded.

    Times are monotonic seconds given by the caller. A permit names the period it was given in, so a call that ends
    after the circuit has moved on says nothing about the new period.
    """

    def __init__(self, limits: Limits, *, on_change: Callable[[State], None] = lambda _: None) -> None:
        self._limits, self._on_change = limits, on_change
        self._lock = threading.Lock()
        self._state: State = "closed"
        self._period = 0
        self._calls: deque[tuple[float, bool]] = deque(maxlen=limits.window)
        self._failures_in_row = 0
        self._openings = 0
        self._retry_at = 0.0
        self._probe_until = 0.0
        self._successes = 0

    def state(self, now: float) -> State:
        """An open circuit whose time is over counts as half-open."""
        return "half-open" if self._state == "open" and now >= self._retry_at else self._state

    def remaining(self, now: float) -> float:
        """Seconds until the next permit may be given; 0 when one may be asked for now."""
        if self._state == "open":
            return max(0.0, self._retry_at - now)
        return max(0.0, self._probe_until - now) if self._state == "half-open" else 0.0

    def permit(self, now: float) -> int | None:
        """A permit for one call, or None."""
        with self._lock:
            if self._state == "open" and now >= self._retry_at:
                self._successes = 0
                self._probe_until = 0.0
                self._become("half-open")
            if self._state == "open" or (self._state == "half-open" and now < self._probe_until):
                return None
            if self._state == "half-open":
                self._probe_until = now + self._limits.probe_lease
            return self._period

    def record(self, permit: int, healthy: bool | None, now: float) -> None:
        """How the call went; None when its answer says nothing about health."""
        with self._lock:
            if permit != self._period:
                return
            if self._state == "half-open":
                self._record_probe(healthy, now)
            elif healthy is not None:
                self._record_call(healthy, now)

    def trip(self, now: float) -> None:
        """Open at once: every further call would fail alike."""
        with self._lock:
            if self._state != "open":
                self._open(now)

    def close(self, now: float) -> None:
        """Somebody else's probe has succeeded."""
        with self._lock:
            if self.state(now) != "closed":
                self._close()

    def _record_probe(self, healthy: bool | None, now: float) -> None:
        self._probe_until = 0.0
        if healthy is False:
            self._open(now)
        elif healthy:
            self._successes += 1
            if self._successes >= self._limits.successes_to_close:
                self._close()

    def _record_call(self, healthy: bool, now: float) -> None:
        self._calls.append((now, healthy))
        self._failures_in_row = 0 if healthy else self._failures_in_row + 1
        recent = [well for at, well in self._calls if now - at <= self._limits.window_seconds]
        failures = recent.count(False)
        crowded = len(recent) >= self._limits.window and failures >= self._limits.failing_share * len(recent)
        if crowded or self._failures_in_row >= self._limits.consecutive:
            self._open(now)

    def _close(self) -> None:
        self._openings = 0
        self._calls.clear()
        self._failures_in_row = 0
        self._become("closed")

    def _open(self, now: float) -> None:
        longest = min(self._limits.longest_open, self._limits.first_open * 2.0 ** min(self._openings, 32))
        self._retry_at = now + longest * random.uniform(0.8, 1.2)
        self._openings += 1
        self._become("open")

    def _become(self, state: State) -> None:
        self._state = state
        self._period += 1
        self._on_change(state)
