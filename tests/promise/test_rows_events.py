"""Rows 20 and 35 of the fault matrix: the events outlive the broker, and the versions of the product."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from pipeline import broker, database, stage
from pipeline.broker import EVENT_EXCHANGE, Message
from pipeline.envelope import parse, render
from pipeline.event_store import history
from pipeline.events import EVENTS, DocumentClassified
from tests.promise.checker import check
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.servers import management
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
REPUBLISH = "/api/republish"


@pytest.mark.timeout(300)
def test_row_20_all_events_published_again_have_no_effect(rig: Rig) -> None:
    documents = [rig.client.upload(text(), "notes.txt") for _ in range(3)]
    assert rig.comes_to_rest() == {}
    repeated, sent = rig.actions("repeated"), 0
    asked: dict[str, Any] = {"what": "all", "dry_run": False, "limit": 5, "rate": 500}
    while True:
        answer = rig.stack.client.post(REPUBLISH, json=asked)
        sent += answer["published"]
        if answer["next_cursor"] is None:
            break
        asked["cursor"] = answer["next_cursor"]
    assert sent >= 12
    assert rig.comes_to_rest() == {}
    assert rig.actions("repeated") > repeated
    assert [rig.events(document) for document in documents] == [INDEXED] * 3
    assert database.fetch(AUDITED)[0]["count"] > 0
    assert check(rig.evidence()) == []


AUDITED = "SELECT count(*) FROM audit WHERE action = 'events.republished'"


class Earlier(DocumentClassified):
    """As the first release wrote it."""

    version = "1.0"


def test_row_35_what_an_earlier_release_recorded_is_taken_up_by_this_one(rig: Rig) -> None:
    rig.pause("classify")
    document = UUID(rig.client.upload(text(), "notes.txt") or "")
    [uploaded] = [each.envelope for each in history(document)]
    outcome = stage.Outcome(event=Earlier(category="letter", confidence=0.9, method="rules"))
    assert stage.commit("classify", uploaded, outcome) == "done"
    rig.resume("classify")
    assert rig.comes_to_rest() == {}
    assert rig.events(str(document)) == INDEXED
    assert history(document)[1].row["schema_version"] == "1.0"
    assert rig.stack.client.get(f"/api/documents/{document}")["category"] == "letter"
    assert check(rig.evidence()) == []


def from_the_future(rig: Rig) -> bytes:
    """document.classified in a major version that nobody here knows."""
    document = UUID(rig.client.upload(text(), "notes.txt") or "")
    assert rig.comes_to_rest() == {}
    told = json.loads(render(history(document)[1].envelope)) | {
        "id": str(uuid4()),
        "type": "docstream.document.classified.v2",
        "dataschema": "https://docstream.dev/schemas/document.classified/2.0.json",
    }
    return json.dumps(told).encode()


def test_row_35_what_only_a_later_release_can_read_is_refused_and_kept(rig: Rig) -> None:
    body = from_the_future(rig)
    broker.publish(Message(exchange=EVENT_EXCHANGE, routing_key="document.classified", body=body), timeout=30)
    letters = eventually(lambda: kept(rig), within=60)
    assert {each["function"] for each in letters} == {"extract", "notify"}
    with pytest.raises(Exception, match="newer"):
        parse(body, *EVENTS.values())
    for each in letters:
        rig.stack.client.post(each["links"]["discard"], json={"reason": "nobody will ever read it"})
    assert rig.comes_to_rest() == {}
    assert check(rig.evidence()) == []


def kept(rig: Rig) -> list[dict[str, Any]]:
    """Both queues got it: that of the stage and that of notify."""
    found = rig.stack.client.get("/api/dead-letters", code="future-version", state="open")["dead_letters"]
    return found if len(found) == 2 else []


def lose_everything(rig: Rig) -> None:
    """The broker is there again, and knows nothing."""
    name = rig.stack.addresses["RABBITMQ_VHOST"]
    management("DELETE", f"vhosts/{name}")
    management("PUT", f"vhosts/{name}")
    for user in ("docstream", "docstream_connector", "docstream_ops"):
        management("PUT", f"permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})


def lost(rig: Rig, *documents: str | None) -> dict[str, Any]:
    """What waits for ever: once everything runs again and nothing is in a queue."""
    eventually(lambda: not rig.not_running(), within=90)
    left = rig.unfinished()
    return left if set(left) == set(documents) else {}


@pytest.mark.timeout(300)
def test_row_20_what_a_broker_lost_with_its_volume_is_published_again(doomed: Rig) -> None:
    rig = doomed
    rig.pause("classify")
    rig.pause("compensate")
    documents = [rig.client.upload(text(), "notes.txt") for _ in range(5)]
    deleted = str(rig.client.upload(text(), "notes.txt"))
    rig.client.delete(deleted)
    eventually(lambda: (rig.ready("classify"), rig.ready("compensate")) == (6, 1), within=30)
    lose_everything(rig)
    rig.resume("classify")
    rig.resume("compensate")
    eventually(lambda: lost(rig, *documents), within=120)
    dry = rig.stack.client.post(REPUBLISH, json={})
    assert (dry["dry_run"], dry["count"], len(dry["events"])) == (True, 6, 6)
    assert {each["document_id"] for each in dry["events"]} == {*documents, deleted}
    sent = rig.stack.client.post(REPUBLISH, json={"dry_run": False, "reason": "the volume is lost"})
    assert (sent["published"], sent["next_cursor"]) == (6, None)
    assert rig.comes_to_rest(within=90) == {}
    assert [rig.events(document) for document in documents] == [INDEXED] * 5
    assert history(UUID(deleted))[0].erased
    assert check(rig.evidence()) == []


@pytest.mark.timeout(300)
def test_row_20_everything_is_published_into_an_empty_broker(doomed: Rig) -> None:
    """What is over has no second effect, what was under way goes on."""
    rig = doomed
    finished = [rig.client.upload(text(), "notes.txt") for _ in range(3)]
    assert rig.comes_to_rest() == {}
    rig.pause("index")
    waiting = [rig.client.upload(text(), "notes.txt") for _ in range(3)]
    eventually(lambda: rig.ready("index") == 3, within=60)
    lose_everything(rig)
    rig.resume("index")
    eventually(lambda: lost(rig, *waiting), within=120)
    repeated = rig.actions("repeated")
    everything = {"what": "all", "dry_run": False, "limit": 2_000, "rate": 500}
    sent = rig.stack.client.post(REPUBLISH, json=everything)
    assert (sent["published"] >= 3 * 4 + 3 * 3, sent["next_cursor"]) == (True, None)
    assert rig.comes_to_rest(within=90) == {}
    eventually(lambda: rig.actions("repeated") >= repeated + 3 * 3, within=60)
    assert [rig.events(document) for document in (*finished, *waiting)] == [INDEXED] * 6
    assert check(rig.evidence()) == []
