"""What the compensator is told, whoever made the dead letter."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.dead_letters import dead_letter_message
from connector.journey import Journey
from connector.request import Request, prepare
from connector.settle import DeadLetter
from pipeline import broker
from pipeline.broker import Delivery
from pipeline.envelope import render
from tests.factories import uploaded

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ENVELOPE = uploaded()
FAILED = Journey.of({}, now=NOW, patience=timedelta(days=1)).failed(
    attempt=7, defer=2, error_class="handler-failed", now=NOW
)
LETTER = DeadLetter(code="attempts-exhausted", failure_class="handler-failed", reason="no", status=500, journey=FAILED)


def delivery(queue: str, body: bytes | None = None, **changes: Any) -> Delivery:
    given: dict[str, Any] = {
        "queue": queue,
        "exchange": "documents",
        "routing_key": "document.uploaded",
        "body": render(ENVELOPE) if body is None else body,
        "headers": {},
        "message_id": str(ENVELOPE.id),
        "correlation_id": None,
        "type": None,
        "redelivered": False,
        "tag": 1,
        "subscription": None,
    }
    return Delivery(**(given | changes))


def handed_over(letter: broker.Message, **changes: Any) -> Request:
    """The request that compensate is sent for a published dead letter."""
    arrived = delivery(
        "compensate",
        letter.body,
        **({"exchange": letter.exchange, "routing_key": letter.routing_key, "headers": letter.headers} | changes),
    )
    request = prepare(arrived, connector="test", now=NOW, patience=timedelta(days=1))
    assert isinstance(request, Request)
    return request


def published(headers: dict[str, Any] | None = None, body: bytes | None = None) -> broker.Message:
    return dead_letter_message("classify", LETTER, delivery("classify", body, headers=headers or {}), NOW)


def test_the_compensator_is_told_everything() -> None:
    event = json.loads(handed_over(published({"ce-type": "t"})).body)
    data = event["data"]
    assert base64.b64decode(data.pop("body")) == render(ENVELOPE)
    assert data == {
        "function": "classify",
        "code": "attempts-exhausted",
        "class": "handler-failed",
        "reason": "no",
        "status": 500,
        "attempts": 7,
        "replay": 0,
        "first_failed": "2030-01-01T12:00:00.000Z",
        "last_failed": "2030-01-01T12:00:00.000Z",
        "headers": {"ce-type": "t"},
    }
    assert (event["subject"], event["run"], event["tenant"]) == (str(ENVELOPE.subject), "1", "default")


def test_the_same_letter_has_the_same_id_however_often_it_is_handed_over() -> None:
    first, again = handed_over(published()), handed_over(published(), exchange="documents-requeue")
    assert first.event_id == again.event_id
    assert handed_over(published({"x-replay": 1})).event_id != first.event_id


def test_the_compensator_begins_a_journey_of_its_own() -> None:
    request = handed_over(published(FAILED.headers()))
    assert (request.journey.attempt, request.journey.defer) == (0, 0)


def test_a_letter_of_the_broker_keeps_its_reason_through_a_retry() -> None:
    dead = published()
    first = handed_over(dead, headers={"x-death": [{"reason": "delivery_limit"}], "x-attempt": 3})
    again = handed_over(dead, exchange="documents-requeue", routing_key="compensate", headers=first.kept)
    assert json.loads(again.body)["data"] == json.loads(first.body)["data"]
    assert json.loads(again.body)["data"]["code"] == "delivery-limit"
    assert "x-death" not in first.kept


def test_a_body_that_is_no_event_still_becomes_a_letter() -> None:
    event = json.loads(handed_over(published(body=b"\xff\x00")).body)
    assert base64.b64decode(event["data"]["body"]) == b"\xff\x00"
    assert "subject" not in event


def test_what_the_broker_counted_is_not_carried_on() -> None:
    counted = {"x-death": [], "x-first-death-queue": "a", "x-delivery-count": 3, "x-acquired-count": 3, "ce-id": "kept"}
    assert broker.stripped(counted) == {"ce-id": "kept"}


def test_a_deletion_reaches_the_compensator_as_it_is() -> None:
    request = prepare(delivery("compensate"), connector="test", now=NOW, patience=timedelta(days=1))
    assert isinstance(request, Request)
    assert (request.body, request.topic) == (render(ENVELOPE), "document.uploaded")
