"""A stage commits its event and its state once, whatever is delivered how often."""

import threading
import time
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette

from pipeline import documents, event_store
from pipeline.auth import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from pipeline.database import fetch, transaction
from pipeline.envelope import Envelope, render
from pipeline.errors import Rejected, Unavailable
from pipeline.events import DocumentClassified, DocumentDeleted, DocumentUploaded, Event
from pipeline.stage import Outcome, stage
from tests.factories import accept, deliver, move, uploaded
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost")

CLASSIFIED = DocumentClassified(category="letter", confidence=0.8, method="rules")


def classify(_: Envelope[DocumentUploaded]) -> Event:
    return CLASSIFIED


def app_of(handle: object = classify) -> Starlette:
    return stage("classify", handle, consumes=DocumentUploaded)  # type: ignore[arg-type]


def types(document_id: UUID) -> list[str]:
    return [each.row["type"] for each in event_store.history(document_id)]


def test_an_event_moves_the_document_and_adds_one_event() -> None:
    document = accept(received := uploaded())
    assert deliver(app_of(), received).json() == {"outcome": "done"}
    assert types(document.id) == ["document.uploaded", "document.classified"]
    assert documents.load(document.id).state == "classified"


def test_a_redelivered_event_changes_nothing() -> None:
    document = accept(received := uploaded())
    answers = [deliver(app_of(), received).json()["outcome"] for _ in range(3)]
    assert answers == ["done", "repeated", "repeated"]
    assert types(document.id) == ["document.uploaded", "document.classified"]


def test_two_twins_at_once_have_one_effect() -> None:
    document = accept(received := uploaded())
    both = threading.Barrier(2)

    def slow(_: Envelope[DocumentUploaded]) -> Event:
        both.wait(10)
        return CLASSIFIED

    outcomes: list[str] = []
    twins = [
        threading.Thread(target=lambda: outcomes.append(deliver(app_of(slow), received).json()["outcome"]))
        for _ in range(2)
    ]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(20)
    assert sorted(outcomes) == ["done", "repeated"]
    assert types(document.id) == ["document.uploaded", "document.classified"]


def test_an_event_of_an_earlier_run_is_superseded_and_undone() -> None:
    document = accept(received := uploaded())
    undone: list[UUID] = []

    def deleted_meanwhile(_: Envelope[DocumentUploaded]) -> Event:
        move(document.id, DocumentDeleted(reason="asked"), run=2)
        return CLASSIFIED

    app = stage("classify", deleted_meanwhile, consumes=DocumentUploaded, undo=lambda each: undone.append(each.subject))
    assert deliver(app, received).json() == {"outcome": "superseded"}
    assert undone == [document.id]
    assert types(document.id) == ["document.uploaded", "document.deleted"]


def test_row_11_a_document_held_by_a_twin_is_busy_not_broken() -> None:
    document = accept(received := uploaded())
    with transaction() as tx:
        documents.lock(tx, document.id)
        answer = deliver(app_of(), received)
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Rejected("encrypted", "asks for a password"), 422, "encrypted"),
        (Unavailable("away", retry_after=30), 503, "unavailable"),
        (ZeroDivisionError(), 500, "internal-error"),
    ],
    ids=["rejected", "unavailable", "bug"],
)
def test_a_stage_that_cannot_leaves_the_document_as_it_was(error: Exception, status: int, code: str) -> None:
    document = accept(received := uploaded())

    def failing(_: Envelope[DocumentUploaded]) -> Event:
        raise error

    answer = deliver(app_of(failing), received)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert documents.load(document.id) == document


def test_only_the_connector_may_deliver() -> None:
    document = accept(received := uploaded())
    body, moment = render(received), int(time.time())
    old = {TIMESTAMP_HEADER: str(moment - 400), SIGNATURE_HEADER: sign(moment - 400, body)}
    forged = {TIMESTAMP_HEADER: str(moment), SIGNATURE_HEADER: sign(moment, body + b" ")}
    for headers in ({}, {TIMESTAMP_HEADER: "soon"}, old, forged):
        assert deliver(app_of(), body, headers).status_code == 401
    assert documents.load(document.id) == document


def test_an_event_about_an_unknown_document_is_rejected() -> None:
    answer = deliver(app_of(), uploaded())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-event")


def test_children_are_accepted_with_their_parent_or_not_at_all() -> None:
    document = accept(received := uploaded())
    child = uploaded(parent_id=str(document.id), depth=1)
    app = app_of(lambda _: Outcome(event=CLASSIFIED, children=(child,)))
    assert deliver(app, received).status_code == 200
    assert documents.load(child.subject).parent_id == document.id


def test_an_event_is_published_before_the_answer_when_there_is_a_broker(vhost: str) -> None:
    from pipeline import broker

    link = broker.connect("test")
    try:
        broker.declare_topology(link.channel(), {"extract": ["document.classified"]})
    finally:
        link.close()
    document = accept(received := uploaded())
    deliver(app_of(), received)
    assert eventually(lambda: not fetch("SELECT 1 FROM events WHERE sent_at IS NULL AND type = 'document.classified'"))
    assert types(document.id)[-1] == "document.classified"


def test_without_a_broker_the_event_waits_in_the_outbox_and_the_answer_is_200(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline import broker

    monkeypatch.setenv("RABBITMQ_PORT", "1")
    broker.close()
    document = accept(received := uploaded())
    assert deliver(app_of(), received).status_code == 200
    unsent = fetch("SELECT type FROM events WHERE document_id = %(id)s AND sent_at IS NULL", {"id": document.id})
    assert {row["type"] for row in unsent} == {"document.uploaded", "document.classified"}


def test_the_document_is_what_its_events_say() -> None:
    for _ in range(5):
        document = accept(received := uploaded(uuid4()))
        deliver(app_of(), received)
        assert documents.rebuilt(event_store.history(document.id)) == documents.load(document.id)
