"""What is published: an exchange, a routing key, a body that never changes, and properties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pika import BasicProperties

from ..envelope import CONTENT_TYPE, Envelope, attributes, render
from ..events import Event
from .topology import EVENT_EXCHANGE

# RabbitMQ 3.10 interprets an x-death that a client sends, and strands the message as a dead-letter cycle.
BROKER_HEADERS = ("x-death", "x-first-death", "x-last-death", "x-delivery-count", "x-acquired-count")


@dataclass(frozen=True, kw_only=True)
class Message:
    exchange: str
    routing_key: str
    body: bytes = field(repr=False)
    headers: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    correlation_id: str | None = None
    type: str | None = None
    app_id: str | None = None
    content_type: str = CONTENT_TYPE
    timestamp: int | None = None
    persistent: bool = True
    mandatory: bool = True

    def properties(self) -> BasicProperties:
        return BasicProperties(
            content_type=self.content_type,
            headers=dict(self.headers),
            delivery_mode=2 if self.persistent else 1,
            correlation_id=self.correlation_id,
            message_id=self.message_id,
            timestamp=self.timestamp,
            type=self.type,
            app_id=self.app_id,
        )


def stripped(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The headers without what the broker counted."""
    return {name: value for name, value in headers.items() if not name.startswith(BROKER_HEADERS)}


def event_message(envelope: Envelope[Event]) -> Message:
    """An event as function and relay publish it: the CloudEvent is the body, its attributes are mirrored as ce-*."""
    headers = {f"ce-{name}": value for name, value in attributes(envelope).items()}
    if envelope.traceparent:
        headers["traceparent"] = envelope.traceparent
    return Message(
        exchange=EVENT_EXCHANGE,
        routing_key=envelope.name,
        body=render(envelope),
        headers=headers,
        message_id=str(envelope.id),
        correlation_id=str(envelope.correlation_id),
        type=envelope.data.type(),
        app_id="docstream",
        timestamp=int(envelope.time.timestamp()),
    )
