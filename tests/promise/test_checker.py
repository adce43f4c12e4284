"""The checker sees each broken promise: whatever is falsified, the invariant that guards it says so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pipeline.event_store import Position, Stored
from tests.promise.checker import check
from tests.promise.evidence import Evidence
from tests.promise.history import Operation
from tests.promise.story import Story

Change = Callable[[Evidence], Evidence]


@pytest.fixture
def kept() -> Evidence:
    """One document indexed in two runs, one failed, one deleted, one under way when it was deleted."""
    story = Story()
    indexed, failed, deleted, stopped = (story.upload(content) for content in (b"one", b"two", b"three", b"four"))
    story.finish(indexed)
    story.reindex(indexed)
    story.fail(failed)
    story.finish(deleted)
    story.delete(deleted)
    story.delete(stopped)
    return story.evidence()


def test_a_kept_promise_has_no_violation(kept: Evidence) -> None:
    assert check(kept) == []


def document(evidence: Evidence, state: str) -> Any:
    return next(each for each in evidence.documents.values() if each.state == state)


def with_document(which: str, **changes: Any) -> Change:
    """Of the document in this state."""

    def change(evidence: Evidence) -> Evidence:
        found = document(evidence, which)
        return replace(evidence, documents={**evidence.documents, found.id: replace(found, **changes)})

    return change


def without_document(state: str) -> Change:
    return lambda evidence: replace(
        evidence, documents={each.id: each for each in evidence.documents.values() if each.state != state}
    )


def without_object(name: str) -> Change:
    """Of the document that is indexed."""
    return lambda evidence: replace(
        evidence,
        objects={
            key: digest
            for key, digest in evidence.objects.items()
            if not (str(document(evidence, "indexed").id) in key and key.endswith(name))
        },
    )


def with_object(key: str, digest: str = "digest") -> Change:
    def change(evidence: Evidence) -> Evidence:
        wanted = key.format(indexed=document(evidence, "indexed").id, deleted=document(evidence, "deleted").id)
        return replace(evidence, objects={**evidence.objects, wanted: digest})

    return change


def without_event(name: str) -> Change:
    return lambda evidence: replace(
        evidence, events=[each for each in evidence.events if each.row["type"] != name or each.erased]
    )


def with_event(name: str, **changes: Any) -> Change:
    """Change the last event of this type."""

    def change(evidence: Evidence) -> Evidence:
        last = [each for each in evidence.events if each.row["type"] == name][-1]
        falsified = replace(last, row=last.row | changes)
        return replace(evidence, events=[falsified if each is last else each for each in evidence.events])

    return change


def repeated_event(name: str) -> Change:
    """The last event of this type once more, as if a second handler had recorded it."""

    def change(evidence: Evidence) -> Evidence:
        last = [each for each in evidence.events if each.row["type"] == name][-1]
        later = Position(xid=9_999, position=9_999)
        again = Stored(at=later, row=last.row | {"id": uuid4(), "sequence": last.row["sequence"] + 1})
        return replace(evidence, events=[*evidence.events, again])

    return change


def moved_to_the_front(name: str) -> Change:
    def change(evidence: Evidence) -> Evidence:
        moved = [each for each in evidence.events if each.row["type"] == name][-1]
        first = replace(moved, at=Position(xid=1, position=1))
        return replace(evidence, events=[first, *(each for each in evidence.events if each is not moved)])

    return change


def accepted_again(evidence: Evidence) -> Evidence:
    """The same upload has become a second document."""
    found = document(evidence, "indexed")
    twin = replace(found, id=uuid4())
    return replace(evidence, documents={**evidence.documents, twin.id: twin})


def with_letter(**changes: Any) -> Change:
    return lambda evidence: replace(evidence, dead_letters=[row | changes for row in evidence.dead_letters])


def with_seen(change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Change:
    return lambda evidence: replace(evidence, seen=change(list(evidence.seen or ())))


def an_unknown_upload(evidence: Evidence) -> Evidence:
    return replace(evidence, operations=[*evidence.operations, Operation(kind="upload", sha256="0" * 64)])


FALSIFIED: dict[str, tuple[str, Change]] = {
    "an accepted document is gone": ("I1", without_document("indexed")),
    "an original is gone": ("I1", without_object("original")),
    "an original has other bytes": ("I1", with_object("default/{indexed}/original", "other")),
    "a history lost its beginning": ("I1", without_event("document.uploaded")),
    "a document is not what was sent": ("I1", with_document("indexed", sha256="0" * 64)),
    "a run has two ends": ("I2", repeated_event("document.indexed")),
    "a document never ends": ("I2", with_document("indexed", state="extracted")),
    "a row claims an end that no event tells": ("I2", with_document("indexed", state="failed")),
    "an earlier run has no end": ("I2", with_document("indexed", run=4)),
    "the read side is behind": ("I2", lambda evidence: replace(evidence, read_model={})),
    "a stage was recorded twice": ("I3", repeated_event("document.classified")),
    "a stage claimed nothing": ("I3", lambda evidence: replace(evidence, inbox=[])),
    "one upload is two documents": ("I3", accepted_again),
    "a derived object is gone": ("I3", without_object("fields")),
    "an entry of the index is gone": ("I3", lambda evidence: replace(evidence, entries={})),
    "an event id is used twice": (
        "I4",
        lambda evidence: replace(evidence, events=[*evidence.events, evidence.events[0]]),
    ),
    "a sequence has a gap": ("I4", with_event("document.failed", sequence=7)),
    "an id is random": ("I4", with_event("document.failed", id=uuid4())),
    "a cause does not exist": ("I4", with_event("document.classified", causation_id=str(uuid4()))),
    "an effect comes before its cause": ("I4", moved_to_the_front("document.indexed")),
    "a correlation id changed": ("I4", with_event("document.failed", correlation_id=uuid4())),
    "an event belongs to no document": ("I4", without_document("failed")),
    "an event was never sent": (
        "I5",
        lambda evidence: replace(evidence, unsent=frozenset({evidence.events[0].row["id"]})),
    ),
    "a message lies in a queue": ("I5", lambda evidence: replace(evidence, queues={"delay.1": 1})),
    "a failed document has no dead letter": ("I5", with_letter(resolved_at="now")),
    "a dead letter has no failed document": ("I5", with_document("failed", state="indexed")),
    "a row differs from its events": ("I6", with_document("indexed", category="invoice")),
    "a history makes no sense": ("I6", without_event("document.uploaded")),
    "nobody uploaded a document": ("I7", lambda evidence: replace(evidence, operations=[])),
    "an inbox row has no event": (
        "I7",
        lambda evidence: replace(evidence, inbox=[*evidence.inbox, ("index", uuid4())]),
    ),
    "an object belongs to nobody": ("I7", with_object("default/11111111-1111-1111-1111-111111111111/original")),
    "an object belongs to a run that is over": ("I7", with_object("default/{indexed}/run-7/text.md")),
    "an object of a deleted document is left": ("I7", with_object("default/{deleted}/original")),
    "an entry is of another run": (
        "I7",
        lambda evidence: replace(
            evidence, entries={name: replace(entry, run=1) for name, entry in evidence.entries.items()}
        ),
    ),
    "the feed left an event out": ("I8", with_seen(lambda seen: seen[:-1])),
    "the feed repeated an event": ("I8", with_seen(lambda seen: [*seen, seen[-1]])),
    "the feed changed the order": ("I8", with_seen(lambda seen: seen[::-1])),
    "the feed invented an event": ("I8", with_seen(lambda seen: [*seen, ("9999-9999", str(uuid4()))])),
    "a stage was tried for ever": ("I9", with_letter(attempt=50)),
    "a stage went on after the end": ("I9", repeated_event("document.failed")),
    "a function is still paused": ("I10", lambda evidence: replace(evidence, not_running=["extract"])),
}


@pytest.mark.parametrize(("invariant", "change"), FALSIFIED.values(), ids=FALSIFIED.keys())
def test_what_is_falsified_is_seen(kept: Evidence, invariant: str, change: Change) -> None:
    assert invariant in {violation.invariant for violation in check(change(kept))}


def test_every_invariant_is_put_to_the_test() -> None:
    assert {invariant for invariant, _ in FALSIFIED.values()} == {f"I{number}" for number in range(1, 11)}


def test_an_answer_that_never_came_is_no_failure(kept: Evidence) -> None:
    """The upload may have been accepted or not; both are fine."""
    assert check(an_unknown_upload(kept)) == []
    for operation in kept.operations:
        operation.outcome, operation.document_id = "info", None
    assert check(kept) == []
