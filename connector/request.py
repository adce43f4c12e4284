"""What a function is sent for a delivery; everything unreadable is refused here, before any call. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline import rfc3339
from pipeline.broker import Delivery, stripped
from pipeline.envelope import CONTENT_TYPE, parse
from pipeline.errors import Rejected
from pipeline.events import EVENTS

from .dead_letters import adopted, dead_letter_event, rendered
from .journey import Journey
from .outcome import PERMANENT, Answer
from .settle import DeadLetter, dead_letter
from .topics import COMPENSATE

KNOWN = tuple(EVENTS.values())


@dataclass(frozen=True, kw_only=True)
class Request:
    """body and headers go to the function; kept are the AMQP headers that a retry carries on."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    kept: Mapping[str, Any]
    journey: Journey
    event_id: str
    topic: str


def prepare(delivery: Delivery, *, connector: str, now: datetime, patience: timedelta) -> Request | DeadLetter:
    """A dead letter when the message is no event of ours: malformed, of unknown type, too large, against its schema."""
    kept = adopted(delivery, now) if delivery.queue == COMPENSATE else {}
    journey = Journey.of(kept or delivery.headers, now=now, patience=patience)
    if kept:
        event = dead_letter_event(delivery.body, kept, now)
        event_id, topic, body = event["id"], "dead-letter", rendered(event)
        correlation = event.get("correlationid")
    else:
        try:
            envelope = parse(delivery.body, *KNOWN)
        except Rejected as error:
            return dead_letter(error.code, PERMANENT, Answer(reason=error.reason), journey)
        kept = stripped(delivery.headers)
        event_id, topic, body = str(envelope.id), envelope.name, delivery.body
        correlation = str(envelope.correlation_id)
    named = {
        "Content-Type": CONTENT_TYPE,
        "Idempotency-Key": event_id,
        "X-Message-Id": event_id,
        "X-Call-Id": printable(correlation) or event_id,
        "X-Topic": topic,
        "X-Connector": connector,
        "X-Attempt": str(journey.attempt + 1),
        "X-Deadline": rfc3339.text(journey.deadline),
        "X-Rabbitmq-Msg-Id": printable(delivery.message_id),
        "X-Rabbitmq-Routing-Key": printable(delivery.routing_key),
        "traceparent": printable(kept.get("traceparent")),
    }
    headers = {name: value for name, value in named.items() if value}
    return Request(body=body, headers=headers, kept=kept, journey=journey, event_id=event_id, topic=topic)


def printable(value: object) -> str:
    """A header value that HTTP can carry, or nothing."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else ""
