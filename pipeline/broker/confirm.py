"""What became of a message: confirmed by the broker, or not."""

from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout

from .message import Message


class NotPublished(Exception):
    """The broker did not confirm. The message may have arrived all the same; reason says what happened."""

    def __init__(self, reason: str, *, refused: bool = False, unroutable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        # Returned as unroutable or nacked: the connection is fine, this one message is not.
        self.refused = refused
        self.unroutable = unroutable


class Pending:
    def __init__(self, message: Message) -> None:
        self.message = message
        self.confirmed: Future[None] = Future()
        self.returned: str | None = None

    def fail(self, reason: str, *, refused: bool = False, unroutable: bool = False) -> None:
        if not self.confirmed.done():
            self.confirmed.set_exception(NotPublished(reason, refused=refused, unroutable=unroutable))


def settle(confirmed: Future[None], timeout: float) -> None:
    """Wait for the broker's answer; raises NotPublished."""
    try:
        confirmed.result(timeout)
    except (FutureTimeout, CancelledError):
        confirmed.cancel()
        raise NotPublished(f"no confirm within {timeout:g} s") from None
