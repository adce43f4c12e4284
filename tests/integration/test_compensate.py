"""A dead letter of a stage unmakes its run and says so, once; a deleted document leaves nothing behind."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from connector.dead_letters import dead_letter_event, rendered
from functions.compensate.handler import app
from pipeline import blobs, deletion, documents, event_store, inbox
from pipeline.database import fetch, transaction
from pipeline.envelope import Envelope, render
from pipeline.events import (
    DocumentClassified,
    DocumentDeleted,
    DocumentExtracted,
    DocumentIndexed,
    DocumentReprocessRequested,
    DocumentUploaded,
    Event,
)
from pipeline.search import index
from pipeline.search.entry import Entry
from tests.factories import accept, accept_content, deliver, move, uploaded

pytestmark = pytest.mark.usefixtures("database_as", "vhost", "bucket", "search_index")

CLASSIFIED = DocumentClassified(category="letter", confidence=0.8, method="rules")
EXTRACTED = DocumentExtracted(text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=1)
HEADERS = {"x-dead-code": "corrupt", "x-dead-class": "permanent", "x-dead-reason": "broken", "x-dead-attempts": 3}


@pytest.fixture(autouse=True)
def as_compensator(database_as: Callable[[str], None]) -> None:
    database_as("docstream_erase")


def letter(function: str, event: Envelope[Event] | bytes, **more: Any) -> bytes:
    """A dead letter as the connector hands it over."""
    body = event if isinstance(event, bytes) else render(event)
    return rendered(dead_letter_event(body, HEADERS | {"x-dead-function": function} | more, datetime.now(UTC)))


def compensate(body: bytes) -> str:
    answer = deliver(app, body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["outcome"])


def extracted() -> tuple[Envelope[DocumentUploaded], Envelope[Event]]:
    """A document whose first run has been read; and its last event, which index gets."""
    first = accept_content(b"hello")
    move(first.subject, CLASSIFIED)
    last = move(first.subject, EXTRACTED)
    blobs.write(blobs.run_key("default", first.subject, 1, "text.md"), b"hello", "text/markdown")
    return first, last


def find(document_id: UUID, run: int) -> None:
    entry = Entry(
        document_id=document_id,
        run=run,
        ordinal=0,
        tenant="default",
        filename="a",
        created_at=documents.now(),
        text="x",
    )
    index.put([entry])


def types(document_id: UUID) -> list[str]:
    return [each.row["type"] for each in event_store.history(document_id)]


def open_letters() -> int:
    return int(fetch("SELECT count(*) AS n FROM dead_letters WHERE resolved_at IS NULL")[0]["n"])


def objects(document_id: UUID) -> list[str]:
    found = blobs.client().list_objects_v2(Bucket=blobs.bucket(), Prefix=blobs.document_prefix("default", document_id))
    return [each["Key"].rpartition("/")[2] for each in found.get("Contents", [])]


def test_a_dead_letter_of_a_stage_fails_the_document_and_undoes_its_run() -> None:
    first, last = extracted()
    find(first.subject, 1)
    assert compensate(letter("index", last)) == "failed"
    document = documents.load(first.subject)
    assert document.state == "failed"
    assert document.failure is not None
    assert (document.failure.stage, document.failure.code, document.failure.reason) == ("index", "corrupt", "broken")
    assert (objects(first.subject), index.count(first.subject, 1)) == (["original"], 0)
    said = event_store.history(first.subject)[-1].row["data"]
    assert (said["attempts"], said["undone"]) == (3, ["search-entries", "derived-objects"])
    assert open_letters() == 1


def test_a_repeated_dead_letter_changes_nothing() -> None:
    first, last = extracted()
    body = letter("index", last)
    assert [compensate(body) for _ in range(3)] == ["failed", "repeated", "repeated"]
    assert types(first.subject).count("document.failed") == 1
    assert open_letters() == 1


def test_two_compensators_at_once_fail_a_document_once() -> None:
    first, last = extracted()
    body = letter("index", last)
    outcomes: list[str] = []
    twins = [threading.Thread(target=lambda: outcomes.append(compensate(body))) for _ in range(3)]
    for each in twins:
        each.start()
    for each in twins:
        each.join()
    assert outcomes.count("failed") == 1
    assert types(first.subject).count("document.failed") == 1
    assert open_letters() == 1


def test_a_compensation_that_crashed_after_its_first_step_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = extracted()
    body = letter("index", last)
    with monkeypatch.context() as broken:
        broken.setenv("OPENSEARCH_URL", "http://127.0.0.1:1")
        index_client_is_read_anew()
        assert deliver(app, body).status_code == 503
    index_client_is_read_anew()
    assert documents.load(first.subject).state == "extracted"
    assert compensate(body) == "failed"


def index_client_is_read_anew() -> None:
    from pipeline.search import client

    client.connected.cache_clear()


def test_a_late_twin_of_the_failed_stage_finds_its_event_handled() -> None:
    _, last = extracted()
    compensate(letter("index", last))
    assert inbox.has("index", last.id)


def test_a_stage_that_succeeded_after_all_is_not_undone() -> None:
    first, last = extracted()
    move(first.subject, DocumentIndexed(chunks=1), cause=str(last.id))
    find(first.subject, 1)
    assert compensate(letter("index", last)) == "superseded"
    assert documents.load(first.subject).state == "indexed"
    assert index.count(first.subject, 1) == 1
    assert open_letters() == 0


def test_a_dead_letter_of_an_earlier_run_changes_nothing() -> None:
    first, last = extracted()
    move(first.subject, DocumentReprocessRequested(from_stage="index", run=2), run=2)
    assert compensate(letter("index", last)) == "superseded"
    assert documents.load(first.subject).state == "extracted"


def test_a_failed_later_run_leaves_the_indexed_one_searchable() -> None:
    first, _ = extracted()
    move(first.subject, DocumentIndexed(chunks=1))
    again = move(first.subject, EXTRACTED, run=2)
    find(first.subject, 1)
    find(first.subject, 2)
    assert compensate(letter("index", again)) == "failed"
    document = documents.load(first.subject)
    assert (document.state, document.searchable_run, document.category) == ("failed", 1, "letter")
    assert (index.count(first.subject, 1), index.count(first.subject, 2)) == (1, 0)
    assert "text.md" in objects(first.subject)


def test_a_dead_letter_of_a_webhook_does_not_unmake_an_indexed_document() -> None:
    first, _ = extracted()
    indexed = move(first.subject, DocumentIndexed(chunks=1))
    assert compensate(letter("notify", indexed)) == "kept"
    assert documents.load(first.subject).state == "indexed"
    assert open_letters() == 1


@pytest.mark.parametrize("body", [b"\x00\xff", b"{}", b"[]", b'{"id": "no"}'])
def test_a_message_that_is_no_event_is_recorded_without_a_document(body: bytes) -> None:
    assert compensate(letter("classify", body, **{"x-odd": "a\x00b"})) == "kept"
    [row] = fetch("SELECT document_id, body, code FROM dead_letters")
    assert (row["document_id"], bytes(row["body"]), row["code"]) == (None, body, "corrupt")


def test_an_event_that_was_never_recorded_touches_no_document() -> None:
    first = accept_content(b"hello")
    forged = uploaded(first.subject)
    strange = Envelope(**{**vars(forged), "id": uuid4()})
    assert compensate(letter("classify", strange)) == "kept"
    assert documents.load(first.subject).state == "uploaded"


def test_what_is_neither_event_nor_letter_is_rejected_so_that_it_is_parked() -> None:
    assert deliver(app, b"[]").json()["code"] == "malformed-event"
    assert deliver(app, b'{"type": "docstream.dead-letter.v1", "id": "x"}').status_code == 422
    assert deliver(app, letter("classify", b"{}"), headers={}).status_code == 401


def delete(document_id: UUID) -> Envelope[Event]:
    with transaction() as tx:
        document = documents.lock(tx, document_id)
        assert document is not None
        deletion.delete(
            tx, document, DocumentDeleted(reason="asked for"), source="/functions/manage", causation_id="test"
        )
    return event_store.history(document_id)[-1].envelope


def test_deletion_erases_everything_but_that_it_was_there() -> None:
    first, last = extracted()
    find(first.subject, 1)
    compensate(letter("notify", last))
    deleted = delete(first.subject)
    assert compensate(render(deleted)) == "erased"
    history = event_store.history(first.subject)
    assert [each.erased for each in history] == [True, True, True, False]
    assert (objects(first.subject), index.count(first.subject, 1)) == ([], 0)
    document = documents.load(first.subject)
    assert (document.state, document.filename, document.sha256, document.category) == ("deleted", "deleted", "", None)
    [row] = fetch("SELECT body, resolution FROM dead_letters")
    assert (bytes(row["body"]), row["resolution"]) == (b"", "deleted")


def test_a_repeated_deletion_changes_nothing() -> None:
    first, _ = extracted()
    deleted = delete(first.subject)
    assert [compensate(render(deleted)) for _ in range(2)] == ["erased", "repeated"]
    assert types(first.subject).count("document.deleted") == 1


def test_an_erased_document_is_rebuilt_from_what_is_left_of_its_events() -> None:
    first, _ = extracted()
    compensate(render(delete(first.subject)))
    assert documents.rebuilt(event_store.history(first.subject)) == documents.load(first.subject)


def test_deleting_a_document_deletes_what_was_attached_to_it() -> None:
    parent = accept_content(b"mail")
    child = accept_content(b"attachment", parent_id=str(parent.subject), depth=1)
    grandchild = accept_content(b"inner", parent_id=str(child.subject), depth=2)
    delete(parent.subject)
    for each in (child, grandchild):
        assert types(each.subject)[-1] == "document.deleted"
        assert compensate(render(event_store.history(each.subject)[-1].envelope)) == "erased"
        assert objects(each.subject) == []


def test_a_document_that_nobody_deleted_is_not_erased() -> None:
    first = accept_content(b"hello")
    forged = Envelope(**{**vars(first), "id": uuid4(), "data": DocumentDeleted(reason="x")})
    answer = deliver(app, render(forged))
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-event")
    assert objects(first.subject) == ["original"]


def test_a_deletion_during_compensation_wins() -> None:
    first, last = extracted()
    body = letter("index", last)
    delete(first.subject)
    assert compensate(body) == "superseded"
    assert types(first.subject)[-1] == "document.deleted"


def test_only_the_compensator_may_erase(database_as: Callable[[str], None]) -> None:
    document = accept(uploaded())
    database_as("docstream")
    with pytest.raises(Exception, match="permission denied"), transaction() as tx:
        tx.execute("UPDATE events SET data = '{\"erased\": true}' WHERE document_id = %(id)s", {"id": document.id})
