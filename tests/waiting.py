"""The only place that polls."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(predicate: Callable[[], T], *, within: float = 30) -> T:
    """The first true value of a predicate; raises AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {within} s, last value {value!r}")
        time.sleep(0.02)
