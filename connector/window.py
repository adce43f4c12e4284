"""How many calls may run at once: additive increase, multiplicative decrease; pure.

After an outage it starts from one and doubles; after an overload it halves and grows by one per ten successes.
"""

SUCCESSES_PER_STEP = 10


class Window:
    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.limit = maximum
        self._successes = 0
        self._ramping = False

    def resize(self, maximum: int) -> None:
        was_full = self.limit >= self.maximum
        self.maximum = maximum
        self.limit = maximum if was_full else min(self.limit, maximum)

    def restart(self) -> None:
        self.limit, self._successes, self._ramping = 1, 0, True

    def overloaded(self) -> None:
        self.limit, self._successes, self._ramping = max(1, self.limit // 2), 0, False

    def succeeded(self) -> None:
        if self.limit >= self.maximum:
            self._ramping = False
            return
        self._successes += 1
        if self._ramping and self._successes >= self.limit:
            self._grow(self.limit)
        elif self._successes >= SUCCESSES_PER_STEP:
            self._grow(1)

    def _grow(self, by: int) -> None:
        self.limit, self._successes = min(self.maximum, self.limit + by), 0
