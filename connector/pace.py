"""Short calls deserve a reserve: between two of them a worker would wait for the broker longer than it works. Pure."""

WEIGHT = 0.02
SHORT_SECONDS, LONG_SECONDS = 0.05, 0.2


class Pace:
    """How long the calls of one function take, smoothed over some fifty of them.

    Each change costs a new subscription, so they count as short late, and as long again only when they clearly are.
    """

    def __init__(self) -> None:
        self._short = False
        self._seconds = 1.0

    def called(self, seconds: float) -> None:
        self._seconds += WEIGHT * (seconds - self._seconds)
        self._short = self._seconds < (LONG_SECONDS if self._short else SHORT_SECONDS)

    def prefetch(self, workers: int) -> int:
        """A message for each worker, and a second one in reserve while calls are short."""
        return 2 * workers if self._short else workers
