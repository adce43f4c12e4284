"""I4 and I6: every event has an id of its own, a place in its history and a cause; the rest follows from them."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from pipeline import documents
from pipeline.envelope import event_id
from pipeline.event_store import Stored
from pipeline.model import Document
from tests.promise.evidence import Evidence
from tests.promise.violation import Violation

CAUSED_BY = {
    "document.classified": "document.uploaded",
    "document.extracted": "document.classified",
    "document.indexed": "document.extracted",
}


def every_event_has_its_cause(evidence: Evidence) -> Iterator[Violation]:
    """I4: ids are unique and follow from the cause, which exists and comes before; sequences have no gap."""
    for identity, count in Counter(each.row["id"] for each in evidence.events).items():
        if count > 1:
            yield Violation("I4", identity, f"duplicated: the event id is used {count} times")
    for document in evidence.documents.values():
        history = evidence.history(document.id)
        if [each.row["sequence"] for each in history] != list(range(1, len(history) + 1)):
            yield Violation("I4", document.id, f"sequences {[each.row['sequence'] for each in history]}")
        if {each.row["correlation_id"] for each in history} - {document.correlation_id}:
            yield Violation("I4", document.id, "the correlation id changed")
    known = {str(each.row["id"]): each for each in evidence.events}
    letters = {str(row["id"]): row for row in evidence.dead_letters}
    for each in evidence.events:
        row = each.row
        owner = evidence.documents.get(row["document_id"])
        if owner is None:
            yield Violation("I4", row["id"], "an event of a document that does not exist")
        elif not (each.erased and row["sequence"] == 1) and row["id"] != derived_id(each, owner):
            yield Violation("I4", row["id"], f"the id of {row['type']} does not follow from its cause")
        elif not caused(each, owner, known, {name: letter["event_id"] for name, letter in letters.items()}):
            yield Violation("I4", row["id"], f"{row['type']} has no cause that came before it")


def is_result(event: Stored) -> bool:
    """Did a stage make this event? What a command says again is caused by the command."""
    return event.row["type"] in CAUSED_BY and event.row["source"] != "/functions/manage"


def derived_id(event: Stored, document: Document) -> UUID:
    """An attachment is the same child in whichever run of its parent it is found; once erased it names none."""
    row = event.row
    child = document.parent_id is not None and row["sequence"] == 1
    return event_id(document.id, row["run"], row["type"], str(document.parent_id) if child else row["causation_id"])


def caused(event: Stored, document: Document, known: dict[str, Stored], letters: dict[str, UUID | None]) -> bool:
    row = event.row
    cause = known.get(row["causation_id"])
    if row["type"] == "document.failed":
        return row["causation_id"] in letters
    if is_result(event):
        expected = (CAUSED_BY[row["type"]], row["document_id"], row["run"])
        return (
            cause is not None
            and cause.at < event.at
            and (cause.row["type"], cause.row["document_id"], cause.row["run"]) == expected
        )
    if document.parent_id is not None and row["sequence"] == 1:
        return cause is not None and cause.at < event.at and cause.row["document_id"] == document.parent_id
    # A command, or for what is deleted with its parent, the parent's deletion.
    return cause is None or cause.at < event.at


def the_row_is_what_its_events_say(evidence: Evidence) -> Iterator[Violation]:
    """I6: the fold over the history is the row."""
    for document in evidence.documents.values():
        try:
            told = documents.rebuilt(evidence.history(document.id))
        except ValueError as error:
            yield Violation("I6", document.id, f"the history cannot be replayed: {error}")
            continue
        if told != document:
            yield Violation(
                "I6", document.id, f"the row is {document.state}, its events tell {told.state if told else None}"
            )
