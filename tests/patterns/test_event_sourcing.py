"""The events are the truth: the state of every document follows from them, and nobody can change them."""

import psycopg2
import pytest

from pipeline import database, documents, event_store
from tests.promise.client import broken, text
from tests.promise.rig import Rig


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
