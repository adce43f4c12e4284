"""Messages that nobody should have sent: each is recorded with its reason, an operator sees it, and none comes round
again.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from pipeline import broker
from pipeline.broker import EVENT_EXCHANGE, Message
from pipeline.envelope import Envelope, render
from pipeline.event_store import history
from pipeline.events import Event
from tests.factories import uploaded
from tests.promise.checker import check
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
TAKERS = ("classify", "notify")
"""Whose queues get document.uploaded."""


def changed(**attributes: object) -> bytes:
    return json.dumps(json.loads(render(uploaded())) | attributes).encode()


def of_a_later_release() -> bytes:
    return changed(
        type="docstream.document.uploaded.v2",
        dataschema="https://docstream.dev/schemas/document.uploaded/2.0.json",
    )


UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no json": (lambda: b"not json " + uuid4().bytes, "malformed-event"),
    "no object": (lambda: json.dumps([str(uuid4())]).encode(), "malformed-event"),
    "unknown": (lambda: changed(type="docstream.document.dreamt.v1"), "malformed-event"),
    "against its schema": (lambda: render(uploaded(size=-1)), "schema-invalid"),
    "of a later release": (of_a_later_release, "future-version"),
    "as large as the broker takes": (lambda: uuid4().hex.encode() * 500_000, "malformed-event"),
}


def letters_of(rig: Rig, known: set[str]) -> list[dict[str, Any]]:
    """Those that have come since, once each function has one."""
    found: list[dict[str, Any]] = rig.stack.client.get("/api/dead-letters", state="open", limit=200)["dead_letters"]
    new = [each for each in found if each["id"] not in known]
    return new if len(new) >= len(TAKERS) else []


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_message_that_nobody_can_read_is_kept_with_its_reason_and_never_tried(rig: Rig, kind: str) -> None:
    made, code = UNREADABLE[kind]
    known = {each["id"] for each in rig.stack.client.get("/api/dead-letters", limit=200)["dead_letters"]}
    before, mark = rig.stack.client.get("/api/operations")["dead_letters"], str(uuid4())
    broker.publish(
        Message(exchange=EVENT_EXCHANGE, routing_key="document.uploaded", body=made(), message_id=mark), timeout=60
    )
    letters = eventually(lambda: letters_of(rig, known), within=60)
    assert rig.comes_to_rest() == {}
    assert {each["function"]: each["code"] for each in letters} == dict.fromkeys(TAKERS, code)
    assert all(each["reason"] for each in letters)
    assert rig.stack.client.get("/api/operations")["dead_letters"] == before + len(letters)
    assert settlements(rig, mark) == {("dead_letter", name) for name in TAKERS}
    for each in letters:
        rig.stack.client.post(each["links"]["discard"], json={"reason": "nobody will ever read it"})


def settlements(rig: Rig, event_id: str) -> set[tuple[str, str]]:
    """What the connector did with the message in the queues of the stage and of notify."""
    lines = [line for action in ("ack", "retry", "dead_letter") for line in rig.connector_log(action)]
    mine = [line for line in lines if line["event_id"] == event_id and line["function"] in TAKERS]
    return {(line["action"], line["function"]) for line in mine}


def repeated(rig: Rig, document: str) -> tuple[Envelope[Event], str, str]:
    """What was handled long ago."""
    return history(UUID(document))[0].envelope, "classify", "repeated"


def reordered(rig: Rig, document: str) -> tuple[Envelope[Event], str, str]:
    """The result of a stage before the stage was reached."""
    extracted = history(UUID(document))[2].envelope
    rig.pause("classify")
    rig.client.reprocess(document, "classify")
    return replace(extracted, id=uuid4(), run=2), "index", "superseded"


def of_a_stale_run(rig: Rig, document: str) -> tuple[Envelope[Event], str, str]:
    """The first event of a run that is over, under an id that nobody knows."""
    first = history(UUID(document))[0].envelope
    rig.client.reprocess(document, "classify")
    assert rig.comes_to_rest() == {}
    return replace(first, id=uuid4()), "classify", "superseded"


@pytest.mark.parametrize("kind", [repeated, reordered, of_a_stale_run])
def test_a_message_that_comes_again_too_early_or_too_late_is_logged_and_has_no_effect(
    rig: Rig, kind: Callable[[Rig, str], tuple[Envelope[Event], str, str]]
) -> None:
    document = str(rig.client.upload(text(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    envelope, function, action = kind(rig, document)
    broker.publish_event(envelope, timeout=30)
    told = eventually(lambda: handled(rig, function, envelope, action), within=60)
    assert told[0]["correlation_id"] == str(envelope.correlation_id)
    rig.resume("classify")
    assert rig.comes_to_rest() == {}
    assert rig.events(document)[-4:] == INDEXED
    assert rig.events(document).count("indexed") == rig.stack.document(document)["run"]


def handled(rig: Rig, function: str, envelope: Envelope[Event], action: str) -> list[dict[str, Any]]:
    lines = rig.function_log(function)
    return [line for line in lines if (line.get("action"), line.get("event_id")) == (action, str(envelope.id))]


def test_the_promise_is_kept_after_all_of_it(rig: Rig) -> None:
    assert check(rig.evidence()) == []
