"""Dead letters: how one is published, and the CloudEvent in which the compensator receives it; pure."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pipeline import rfc3339
from pipeline.broker import DEAD_LETTER_EXCHANGE, Delivery, Message, stripped
from pipeline.envelope import EVENT_NAMESPACE

from .journey import OWN_HEADERS, count
from .settle import DeadLetter

TYPE = "docstream.dead-letter.v1"
REASON_CHARS = 500


def dead_letter_headers(function: str, letter: DeadLetter, now: datetime) -> dict[str, Any]:
    """The compensator starts its own journey, so the old one moves into x-dead-*."""
    first_failed = letter.journey.first_failed or now
    named = {
        "x-dead-function": function,
        "x-dead-code": letter.code,
        "x-dead-class": letter.failure_class,
        "x-dead-reason": letter.reason[:REASON_CHARS],
        "x-dead-status": letter.status,
        "x-dead-attempts": letter.journey.attempt,
        "x-dead-first-failed": rfc3339.text(first_failed),
        "x-dead-last-failed": rfc3339.text(now),
    }
    return {name: value for name, value in named.items() if value is not None}


def without_journey(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stripped(headers).items() if name not in OWN_HEADERS}


def dead_letter_message(function: str, letter: DeadLetter, delivery: Delivery, now: datetime) -> Message:
    """The body as it came, to the dead-letter exchange."""
    return Message(
        exchange=DEAD_LETTER_EXCHANGE,
        routing_key=f"dead-letter.{function}",
        body=delivery.body,
        headers=without_journey(delivery.headers) | dead_letter_headers(function, letter, now),
        message_id=delivery.message_id,
        correlation_id=delivery.correlation_id,
        type=delivery.type,
    )


def adopted(delivery: Delivery, now: datetime) -> dict[str, Any]:
    """The headers of a dead letter; one that the broker made, after too many deliveries, gets ours.

    Empty for what is no dead letter.
    """
    if "x-dead-function" in delivery.headers:
        return stripped(delivery.headers)
    if delivery.exchange != DEAD_LETTER_EXCHANGE:
        return {}
    return without_journey(delivery.headers) | {
        "x-dead-function": delivery.routing_key.removeprefix("dead-letter."),
        "x-dead-code": "delivery-limit",
        "x-dead-class": "suspected-poison",
        "x-dead-reason": "it was delivered too often without an answer",
        "x-dead-attempts": count(delivery.headers.get("x-attempt")),
        "x-dead-first-failed": rfc3339.text(now),
        "x-dead-last-failed": rfc3339.text(now),
    }


def dead_letter_event(body: bytes, headers: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The CloudEvent docstream.dead-letter.v1; its id is the same whenever the same letter is handed over."""
    original = readable(body)
    function, replay = str(headers["x-dead-function"]), count(headers.get("x-replay"))
    identity = original.get("id") or hashlib.sha256(body).hexdigest()
    attributes = {name: original.get(name) for name in ("subject", "correlationid", "run", "tenant", "traceparent")}
    data = {
        "function": function,
        "code": headers.get("x-dead-code"),
        "class": headers.get("x-dead-class"),
        "reason": headers.get("x-dead-reason"),
        "status": headers.get("x-dead-status"),
        "attempts": count(headers.get("x-dead-attempts")),
        "replay": replay,
        "first_failed": headers.get("x-dead-first-failed"),
        "last_failed": headers.get("x-dead-last-failed"),
        "headers": {n: v for n, v in without_journey(headers).items() if not n.startswith("x-dead-")},
        "body": base64.b64encode(body).decode(),
    }
    return {name: value for name, value in attributes.items() if isinstance(value, str)} | {
        "specversion": "1.0",
        "id": str(uuid5(EVENT_NAMESPACE, f"{function}|{identity}|{replay}")),
        "source": "/connector",
        "type": TYPE,
        "time": rfc3339.text(now),
        "datacontenttype": "application/json",
        "dataschema": "https://docstream.dev/schemas/dead-letter/1.0.json",
        "causationid": str(identity),
        "data": {name: value for name, value in data.items() if value is not None},
    }


def readable(body: bytes) -> dict[str, Any]:
    """The attributes of the event that died, if it is one; only an id that is a UUID counts."""
    try:
        event = json.loads(body)
        UUID(event["id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return dict(event)


def rendered(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, sort_keys=True, separators=(",", ":"), default=str).encode()
