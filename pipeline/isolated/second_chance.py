"""Work that takes too long may have met a busy machine: once it is deferred, then it is refused."""

from collections.abc import Callable
from typing import TypeVar

from pipeline import blobs
from pipeline.errors import Rejected, Unavailable

RETRY_SECONDS = 30

T = TypeVar("T")


def with_second_chance(mark: str, work: Callable[[], T]) -> T:
    """mark is the key of the object that remembers the first time. Raises Unavailable instead of "conversion-timeout"
    then.
    """
    try:
        return work()
    except Rejected as refusal:
        if refusal.code != "conversion-timeout" or blobs.keys(mark):
            raise
        blobs.write(mark, refusal.reason.encode(), "text/plain")
        raise Unavailable(refusal.reason, retry_after=RETRY_SECONDS) from refusal
