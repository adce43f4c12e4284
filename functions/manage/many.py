"""Commands on many things at once: how many, how fast, and whether it is meant."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from pipeline.call import Call
from pipeline.parameters import refused

T = TypeVar("T")

CALL_SECONDS = 40
"""Well within what a gateway waits for an answer."""


def bounded(call: Call, name: str, most: int, default: int) -> int:
    """A whole number of the body."""
    value = call.body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise refused(f"{name} is a whole number from 1 to {most}")
    return value


def is_dry_run(call: Call) -> bool:
    """Unless the body says otherwise."""
    dry_run = call.body.get("dry_run", True)
    if not isinstance(dry_run, bool):
        raise refused("dry_run is true or false")
    return dry_run


def paced(items: Sequence[T], rate: int) -> Iterator[T]:
    """At most rate items a second; ends early when the call has taken long enough."""
    started = time.monotonic()
    for number, item in enumerate(items):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        if time.monotonic() - started > CALL_SECONDS:
            return
        yield item
