"""Consume queues over one connection: one channel per subscription, acknowledgements from any thread."""

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .connection import Link

log = logging.getLogger(__name__)

# cancelled: nothing new comes, what was delivered is still ours; lost: the channel is gone with all tags.
SubscriptionState = Literal["opening", "consuming", "cancelled", "lost"]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message in our hands; it belongs to the channel it came on, and its tag means nothing on another."""

    queue: str
    exchange: str
    routing_key: str
    body: bytes = field(repr=False)
    headers: Mapping[str, Any]
    message_id: str | None
    correlation_id: str | None
    type: str | None
    redelivered: bool
    tag: int
    subscription: "Subscription" = field(repr=False)

    def ack(self) -> None:
        """Dropped when the channel is gone: the broker delivers again."""
        self.subscription.ack(self.tag)


class Subscription:
    """One consumer of one queue. It ends lost or cancelled and is never revived: subscribe again."""

    def __init__(self, link: Link, queue: str, prefetch: int, on_delivery: Callable[[Delivery], None]) -> None:
        self.queue, self.prefetch = queue, prefetch
        self.state: SubscriptionState = "opening"
        self.by_broker = False
        self._link, self._on_delivery = link, on_delivery
        self._on_change: Callable[[], None] = lambda: None
        self._channel: Any = None
        self._consumer_tag = ""

    def ack(self, tag: int) -> None:
        self._link.call(functools.partial(self._ack, tag))

    def cancel(self) -> None:
        """Take nothing new; what was delivered stays ours until acknowledged or closed."""
        self._link.call(self._cancel)

    def close(self) -> None:
        """What was not acknowledged goes back to the queue."""
        self._link.call(self._close)

    def open(self, connection: Any, on_change: Callable[[], None]) -> None:
        """Only on the I/O thread."""
        self._on_change = on_change
        connection.channel(on_open_callback=self._opened)

    def lose(self) -> None:
        """Only on the I/O thread."""
        if self.state != "lost":
            self.state = "lost"
            self._on_change()

    def _opened(self, channel: Any) -> None:
        self._channel = channel
        if self.state != "opening":
            channel.close()
            return
        channel.add_on_close_callback(self._closed)
        channel.add_on_cancel_callback(self._cancelled_by_broker)
        channel.basic_qos(prefetch_count=self.prefetch, global_qos=False)
        self._consumer_tag = channel.basic_consume(self.queue, self._delivered, callback=self._consuming)

    def _consuming(self, _frame: Any) -> None:
        if self.state == "opening":
            self.state = "consuming"
            self._on_change()

    def _delivered(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._on_delivery(
            Delivery(
                queue=self.queue,
                exchange=method.exchange,
                routing_key=method.routing_key,
                body=body,
                headers=properties.headers or {},
                message_id=properties.message_id,
                correlation_id=properties.correlation_id,
                type=properties.type,
                redelivered=method.redelivered,
                tag=method.delivery_tag,
                subscription=self,
            )
        )

    def _ack(self, tag: int) -> None:
        if self._channel is not None and self._channel.is_open:
            self._channel.basic_ack(tag)
        else:
            log.info("acknowledgement dropped", extra={"action": "ack_dropped", "function": self.queue})

    def _cancel(self) -> None:
        if self.state in ("opening", "consuming"):
            self.state = "cancelled"
            if self._channel is not None and self._channel.is_open:
                self._channel.basic_cancel(self._consumer_tag)

    def _close(self) -> None:
        self.state = "lost"
        if self._channel is not None and self._channel.is_open:
            self._channel.close()

    def _closed(self, _channel: Any, error: Exception) -> None:
        if self.state != "lost" and self._link.state != "closed":
            extra = {"action": "channel_lost", "function": self.queue, "reason": repr(error)[:300]}
            log.warning("channel lost", extra=extra)
        self.lose()

    def _cancelled_by_broker(self, _frame: Any) -> None:
        """The queue was deleted, or a call took too long; what was delivered may still be acknowledged."""
        log.warning("cancelled by the broker", extra={"action": "consumer_cancelled", "function": self.queue})
        self.state, self.by_broker = "cancelled", True
        self._on_change()


class Subscriber:
    """All subscriptions of a process; on_change is called on the I/O thread whenever one of them changed."""

    def __init__(self, name: str, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._connection: Any = None
        self._subscriptions: list[Subscription] = []
        self.link = Link(name, on_open=self._connected, on_lost=self._lost)
        self.link.start()

    def subscribe(self, queue: str, prefetch: int, on_delivery: Callable[[Delivery], None]) -> Subscription:
        """on_delivery runs on the I/O thread and must not wait."""
        subscription = Subscription(self.link, queue, prefetch, on_delivery)
        self.link.call(functools.partial(self._subscribe, subscription))
        return subscription

    def close(self) -> None:
        self.link.close()

    def _subscribe(self, subscription: Subscription) -> None:
        if self._connection is None:
            subscription.lose()
            return
        self._subscriptions = [each for each in self._subscriptions if each.state != "lost"] + [subscription]
        subscription.open(self._connection, self._on_change)

    def _connected(self, connection: Any) -> None:
        self._connection = connection
        self._on_change()

    def _lost(self, _reason: str) -> None:
        self._connection = None
        lost, self._subscriptions = self._subscriptions, []
        for subscription in lost:
            subscription.lose()
        self._on_change()
