"""The events are the truth: the state of every document follows from them, and nobody can change them.

They are published again of one document and of a time range here; all of them, into an empty broker, in
tests/promise/test_rows_events.py.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from pipeline import database, documents, event_store
from tests.promise.client import broken, text
from tests.promise.rig import Rig
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]


def test_every_document_is_what_its_events_tell(rig: Rig) -> None:
    """Indexed twice, failed, deleted."""
    again, failed, deleted = (rig.client.upload(content, "notes") for content in (text(), broken(), text()))
    assert rig.comes_to_rest() == {}
    rig.client.reprocess(str(again), "classify")
    rig.client.delete(str(deleted))
    assert rig.comes_to_rest() == {}
    rows = database.fetch("SELECT id, state FROM documents")
    assert {str(row["id"]): row["state"] for row in rows}.items() >= {
        (again, "indexed"),
        (failed, "failed"),
        (deleted, "deleted"),
    }
    for row in rows:
        assert documents.rebuilt(event_store.history(row["id"])) == documents.load(row["id"])


@pytest.mark.parametrize("statement", ["DELETE FROM events", "UPDATE events SET data = '{}'"])
def test_what_has_happened_cannot_be_changed(rig: Rig, statement: str) -> None:
    rig.client.upload(text(), "notes.txt")
    with pytest.raises(psycopg2.Error), database.transaction() as tx:
        tx.execute(statement)
    assert rig.comes_to_rest() == {}


def the_one(document: str) -> dict[str, Any]:
    return {"document": document}


def its_time(document: str) -> dict[str, Any]:
    times = "SELECT min(occurred_at) AS first, max(occurred_at) AS last FROM events WHERE document_id = %(id)s::uuid"
    (row,) = database.fetch(times, {"id": document})
    until = row["last"] + timedelta(milliseconds=1)
    return {"since": row["first"].isoformat(), "until": until.isoformat()}


@pytest.mark.parametrize("choice", [the_one, its_time])
def test_the_events_of_one_document_or_of_a_time_range_are_published_again(
    rig: Rig, choice: Callable[[str], dict[str, Any]]
) -> None:
    earlier, document, later = (settled(rig) for _ in range(3))
    wanted = choice(document) | {"what": "all"}
    told = rig.stack.client.post("/api/republish", json=wanted)
    # Documents of other tests may have happened at this time too: clocks are wrong in some of them.
    ours = [each["document_id"] for each in told["events"] if each["document_id"] in (earlier, document, later)]
    assert (told["dry_run"], ours) == (True, [document] * 4)
    repeated = rig.actions("repeated")
    sent = rig.stack.client.post("/api/republish", json=wanted | {"dry_run": False, "reason": "the test asks"})
    assert (sent["published"], sent["next_cursor"]) == (told["count"], None)
    eventually(lambda: rig.actions("repeated") >= repeated + 3, within=60)
    assert rig.comes_to_rest() == {}
    assert [rig.events(each) for each in (earlier, document, later)] == [INDEXED] * 3
    noted = database.fetch("SELECT detail FROM audit WHERE action = 'events.republished' ORDER BY id DESC LIMIT 1")
    assert noted[0]["detail"].items() >= (wanted | {"count": told["count"], "reason": "the test asks"}).items()


def settled(rig: Rig) -> str:
    document = str(rig.client.upload(text(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    return document
