"""Hints wake a reader; they carry no truth and may be lost."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from .connection import Link
from .topology import EVENT_EXCHANGE

OnHint = Callable[[str, str, bytes], None]

RETRY_SECONDS = 1.0
# One hint is enough to wake a reader that reads everything; progress is worth a short backlog only.
QUEUES: Mapping[str, Mapping[str, Any]] = {
    "document.#": {"x-max-length": 1, "x-overflow": "drop-head"},
    "progress.#": {"x-max-length": 1_000, "x-overflow": "drop-head"},
}


class Hints:
    """Own exclusive queues on an own connection, made again whenever it is lost."""

    def __init__(self, on_hint: OnHint) -> None:
        self._on_hint = on_hint
        self.link = Link("docstream-hints", on_open=self._connected, on_lost=lambda _: None)
        self.link.start()

    def close(self) -> None:
        self.link.close()

    def _connected(self, connection: Any) -> None:
        if connection.is_open:
            connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Any) -> None:
        channel.add_on_close_callback(self._closed)
        for pattern, arguments in QUEUES.items():
            declared = functools.partial(self._declared, channel, pattern)
            channel.queue_declare("", exclusive=True, auto_delete=True, arguments=dict(arguments), callback=declared)

    def _declared(self, channel: Any, pattern: str, frame: Any) -> None:
        queue = frame.method.queue
        channel.queue_bind(
            queue,
            EVENT_EXCHANGE,
            pattern,
            callback=lambda _: channel.basic_consume(queue, self._delivered, auto_ack=True, exclusive=True),
        )

    def _delivered(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._on_hint(properties.message_id or "", method.routing_key, body)

    def _closed(self, channel: Any, _error: Exception) -> None:
        """The exchange does not exist before the connector has declared it."""
        self.link.later(RETRY_SECONDS, functools.partial(self._connected, channel.connection))


def hints(on_hint: OnHint) -> Hints:
    """Call on_hint(event id, routing key, body) for every event and every progress message, on an I/O thread.

    on_hint must not wait. The event id of a progress message is empty. Reconnects until close().
    """
    return Hints(on_hint)
