"""How long a message waits before it is tried again; pure. Seconds everywhere."""

from collections.abc import Sequence


def backoff(count: int, *, base: float, cap: float, chance: float) -> float:
    """Full jitter: a uniform share, chance in (0, 1], of base doubled count times, at most cap."""
    return chance * min(cap, base * 2.0 ** min(count, 64))


def level_for(seconds: float, levels: Sequence[float]) -> float:
    """The shortest delay level that is long enough, else the longest."""
    return next((level for level in levels if level >= seconds), levels[-1])
