"""The live feed: Server-Sent Events, resumed after every cut without a gap and without a repetition."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .client import Client, Cut
from .errors import Unreachable

PATIENCE_SECONDS = 60.0
DEFAULT_RETRY_SECONDS = 3.0
FIRST_WAIT_SECONDS = 0.2
REMEMBERED = 1_000


@dataclass(frozen=True, kw_only=True)
class Message:
    """One event of the feed; progress has no id."""

    id: str | None
    event: str
    data: dict[str, Any]


@dataclass
class Parser:
    """WHATWG HTML 9.2.6, for bytes that come in any pieces."""

    last_id: str | None = None
    retry_seconds: float = DEFAULT_RETRY_SECONDS
    _rest: bytes = b""
    _id: str | None = None
    _event: str = ""
    _data: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Forget a message that was cut."""
        self._rest, self._id, self._event, self._data = b"", None, "", []

    def feed(self, piece: bytes) -> Iterator[Message]:
        *lines, self._rest = (self._rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            if line:
                self._field(line.decode("utf-8", "replace"))
            elif message := self._message():
                yield message

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id" and "\0" not in value:
            self._id = value
        elif name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "retry" and value.isdigit():
            self.retry_seconds = int(value) / 1000

    def _message(self) -> Message | None:
        identity, event, data = self._id, self._event, "\n".join(self._data)
        self._id, self._event, self._data = None, "", []
        if identity is not None:
            self.last_id = identity
        return Message(id=identity, event=event, data=json.loads(data)) if data else None


def follow(
    client: Client,
    *,
    document: str | None = None,
    correlation: str | None = None,
    ask_again: Callable[[], bool] = lambda: False,
) -> Iterator[Message]:
    """Each event once, in order, until the server says that no more will come.

    ask_again is tried after each event: true reconnects, since only then the server can say that it was the last one.
    Raises Unreachable when the feed stays away for PATIENCE_SECONDS.
    """
    params = {name: value for name, value in (("document", document), ("correlation", correlation)) if value}
    parser = Parser()
    seen: deque[str] = deque(maxlen=REMEMBERED)
    heard, wait = time.monotonic(), FIRST_WAIT_SECONDS
    while True:
        news = False
        try:
            with client.stream("/api/events", params, parser.last_id) as pieces:
                if pieces is None:
                    return
                for piece in nonempty(pieces):
                    heard, wait = time.monotonic(), FIRST_WAIT_SECONDS
                    for message in unseen(parser.feed(piece), seen):
                        news = news or message.id is not None
                        yield replace(message, data=client.shown(message.data))
                    if news and ask_again():
                        break
        except Cut as cut:
            if time.monotonic() - heard > PATIENCE_SECONDS:
                raise Unreachable(f"the live feed of {client.url} stays away: {cut}") from cut
            time.sleep(wait)
            wait = parser.retry_seconds
        else:
            if not news:
                time.sleep(FIRST_WAIT_SECONDS)
        parser.reset()


def nonempty(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Raises Cut when a feed ends before it began: some gateways answer a failed one with nothing."""
    first = next(pieces, None)
    if first is None:
        raise Cut("the feed ended at once")
    yield first
    yield from pieces


def unseen(messages: Iterator[Message], seen: deque[str]) -> Iterator[Message]:
    """Only those whose id did not come before."""
    for message in messages:
        if message.id is None or message.id not in seen:
            if message.id is not None:
                seen.append(message.id)
            yield message
