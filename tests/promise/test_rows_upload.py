"""Rows 4 to 13 of the fault matrix that take a running product: upload, object store, database."""

import pytest
import requests

from pipeline import database, settings
from tests.promise.checker import check
from tests.promise.client import text
from tests.promise.evidence import clean, stored_objects
from tests.promise.rig import Rig
from tests.servers import administer
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
LOST = "raise:pipeline.errors:Unavailable:the answer was lost"


def test_row_04_an_upload_killed_before_its_commit_is_not_accepted_and_leaves_nothing(rig: Rig) -> None:
    content = text()
    rig.plan.order("upload.store.after")
    assert rig.client.upload(content, "notes.txt", keyed=False) is None
    before = set(stored_objects())
    document = rig.client.upload(content, "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    clean()
    assert len(before - set(stored_objects())) == 1


def test_row_05_an_upload_killed_after_its_commit_is_relayed_once(rig: Rig) -> None:
    rig.plan.order("upload.commit.after")
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    late = "SELECT FROM events WHERE document_id = %(id)s::uuid AND sent_at > recorded_at + interval '10 s'"
    assert database.fetch(late, {"id": document}) == []


def test_row_07_an_object_store_that_loses_its_answer_is_503_and_the_key_makes_it_one_document(rig: Rig) -> None:
    content, headers = text(), rig.stack.headers | {"X-Filename": "notes.txt"}
    rig.history.uploading(content)
    rig.plan.order("upload.store.after", LOST)
    answer = requests.post(f"{rig.stack.url}/api/upload", data=content, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    rig.plan.order("upload.store.before", "wait:2")
    assert rig.client.upload(content, "notes.txt") is not None
    assert rig.comes_to_rest() == {}


def test_row_10_a_commit_whose_reply_is_lost_is_found_done(rig: Rig) -> None:
    repeated = rig.actions("repeated")
    rig.plan.order("extract.commit.after", LOST)
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    assert rig.actions("repeated") > repeated


def test_row_12_a_long_transaction_holds_readers_back_and_hides_nothing(rig: Rig) -> None:
    def seen() -> list[str]:
        events = "SELECT id::text FROM events WHERE document_id = %(id)s::uuid ORDER BY sequence"
        wanted = [row["id"] for row in database.fetch(events, {"id": document})]
        return [identity for _, identity in rig.watcher.seen() if identity in wanted]

    with database.transaction() as tx:
        tx.execute("SELECT pg_current_xact_id()")
        document = rig.client.upload(text(), "notes.txt")
        assert rig.comes_to_rest() == {}
        assert rig.events(document) == INDEXED
        eventually(lambda: rig.metric("docstream_horizon_seconds") > 0)
        assert seen() == []
    eventually(lambda: len(seen()) == 4, within=20)


@pytest.mark.timeout(300)
def test_row_13_a_read_only_database_refuses_uploads_and_loses_nothing(rig: Rig) -> None:
    name, writers = settings.postgres().database, ("upload", "classify", "extract", "index")
    headers = rig.stack.headers | {"X-Filename": "notes.txt"}
    rig.pause("classify")
    document = rig.client.upload(text(), "notes.txt")
    administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        rig.kill(*writers)
        rig.resume("classify")
        answer = requests.post(f"{rig.stack.url}/api/upload", data=text(), headers=headers, timeout=30)
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        eventually(lambda: rig.deferred("classify") > 0, within=30)
        assert rig.events(document) == ["uploaded"]
    finally:
        administer(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        rig.kill(*writers)
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED


def test_the_promise_is_kept_after_all_of_it(rig: Rig) -> None:
    assert rig.comes_to_rest() == {}
    assert check(rig.evidence()) == []
