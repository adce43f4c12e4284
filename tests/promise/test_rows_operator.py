"""Row 40 of the fault matrix in a running product: a hundred looks, and everything sent twice, harm nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from pipeline import broker
from pipeline.broker import PARKING_QUEUE, REQUEUE_EXCHANGE, Message
from tests.promise.checker import check
from tests.promise.client import broken, text
from tests.promise.rig import Rig
from tests.waiting import eventually

LOOKS = 100
INDEXED = ["uploaded", "classified", "extracted", "indexed"]
REFUSED = "raise:pipeline.errors:Rejected:corrupt:the test refused it"
NOT_UNDERSTOOD = "raise:pipeline.errors:BadRequest:the test does not understand it"
AWAY = "raise:pipeline.errors:Unavailable:the test took it away"
LETTERS = "/api/dead-letters"


def refused(rig: Rig) -> str:
    """A document whose last stage said no; it would not say so again."""
    rig.plan.order("index.record.before", REFUSED)
    document = str(rig.client.upload(text(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    return document


def looked_at(rig: Rig) -> dict[str, str]:
    """Open letters of the stage: the document of each."""
    found = rig.stack.client.get(LETTERS, limit=200, function="index", state="open")["dead_letters"]
    return {each["id"]: each["document_id"] for each in found}


@pytest.mark.timeout(300)
def test_row_40_a_hundred_looks_and_everything_replayed_twice_have_one_effect_each(rig: Rig) -> None:
    documents = {refused(rig) for _ in range(2)}
    letters = looked_at(rig)
    assert set(letters.values()) >= documents
    for letter in (list(letters) * LOOKS)[: LOOKS // 2]:
        assert looked_at(rig) == letters
        assert rig.stack.client.get(f"{LETTERS}/{letter}")["state"] == "open"
    rig.plan.order("classify.look.after", AWAY)
    everything = {"function": "index", "dry_run": False, "rate": 100, "limit": 500}
    first, second = (rig.stack.client.post(f"{LETTERS}/replay", json=everything) for _ in range(2))
    assert {each["id"] for each in first["replayed"]} == set(letters)
    assert second["replayed"] == []
    assert {rig.stack.client.post(f"{LETTERS}/{letter}/replay")["effect"] for letter in letters} == {"done"}
    assert rig.comes_to_rest() == {}
    assert looked_at(rig) == {}
    for document in documents:
        assert rig.events(document) == [*INDEXED[:3], "failed", "reprocess-requested", *INDEXED]


@dataclass(frozen=True)
class Parked:
    tag: int
    body: bytes
    headers: Mapping[str, object]


def parked(channel: BlockingChannel) -> Parked:
    """The one message there."""
    found = eventually(lambda: taken(channel), within=30)
    assert found is not None
    return found


def taken(channel: BlockingChannel) -> Parked | None:
    method, properties, body = channel.basic_get(PARKING_QUEUE)
    if method is None or properties is None or body is None:
        return None
    return Parked(method.delivery_tag, body, properties.headers or {})


def test_row_40_a_parked_message_bears_a_hundred_looks_and_is_moved_back_twice_with_one_effect(rig: Rig) -> None:
    rig.plan.order("compensate.letter.after", NOT_UNDERSTOOD)
    document = rig.client.upload(broken(), "broken.pdf")
    with broker.connect("operator") as connection:
        channel = connection.channel()
        first = found = parked(channel)
        for _ in range(LOOKS):
            channel.basic_reject(found.tag, requeue=True)
            found = parked(channel)
            assert found.body == first.body
        assert rig.events(document) == ["uploaded"]
        moved = Message(exchange=REQUEUE_EXCHANGE, routing_key="compensate", body=found.body, headers=first.headers)
        for _ in range(2):
            broker.publish(moved, timeout=30)
        channel.basic_ack(found.tag)
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == ["uploaded", "failed"]
    assert len(rig.stack.client.get(LETTERS, document=document)["dead_letters"]) == 1


def test_the_promise_is_kept_after_all_of_it(rig: Rig) -> None:
    assert check(rig.evidence()) == []
