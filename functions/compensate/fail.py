"""A dead letter in three steps: record it and fence its stage, take back what the run did, record the failure."""

from typing import Literal

from pipeline import blobs, dead_letters, documents, inbox, outbox
from pipeline.database import Cursor, transaction
from pipeline.dead_letters import Cause, Letter
from pipeline.model import Document
from pipeline.search import index

from .letter import event_id
from .undo import EFFECTS, failure, live, verdict

NAME = "compensate"
Settlement = Literal["failed", "kept", "superseded", "repeated"]


def fail(letter: Letter) -> Settlement:
    """After a crash anywhere it may be called again: a recorded letter that is not settled resumes."""
    if inbox.has(NAME, letter.id):
        outbox.publish_unsent(str(letter.id))
        return "repeated"
    identity = event_id(letter)
    cause = dead_letters.cause(identity) if identity else None
    decision = condemn(letter, cause)
    if decision != "undo":
        return decision
    assert cause is not None
    take_back(letter.function, cause)
    sealed = seal(letter, cause)
    outbox.publish_unsent(str(letter.id))
    return sealed


def condemn(letter: Letter, cause: Cause | None) -> Literal["undo", "kept", "superseded", "repeated"]:
    """From here on a late twin of the stage finds the event handled."""
    with transaction() as tx:
        document = documents.lock(tx, cause.document_id) if cause else None
        is_new = dead_letters.record(tx, letter, cause)
        if not is_new and inbox.claimed(tx, NAME, letter.id):
            return "repeated"
        if not is_new and dead_letters.resolved(tx, letter.id):
            return "superseded"
        decision = verdict(
            letter.function, cause, document, committed=is_committed(tx, letter, cause, document, is_new=is_new)
        )
        if decision != "undo":
            inbox.claim(tx, NAME, letter.id)
        if decision == "superseded":
            dead_letters.resolve(tx, [letter.id], "superseded")
    return decision


def is_committed(tx: Cursor, letter: Letter, cause: Cause | None, document: Document | None, *, is_new: bool) -> bool:
    """Claim the event on behalf of the stage that gave up: had it claimed the event itself, it was successful."""
    if cause is None or document is None or not live(letter.function, cause, document):
        return False
    claimed = inbox.claim(tx, letter.function, cause.event_id)
    return not claimed and is_new and not dead_letters.other_is_open(tx, letter, cause.event_id)


def take_back(function: str, cause: Cause) -> None:
    """Idempotent; raises Unavailable, and then the whole call is repeated."""
    for effect in EFFECTS[function]:
        match effect:
            case "search-entries":
                index.remove_run(cause.document_id, cause.run)
            case "derived-objects":
                blobs.delete(blobs.run_prefix(cause.tenant, cause.document_id, cause.run))


def seal(letter: Letter, cause: Cause) -> Settlement:
    """The state changes only if it is still the one that was condemned: meanwhile the document may be deleted."""
    with transaction() as tx:
        document = documents.lock(tx, cause.document_id)
        if not inbox.claim(tx, NAME, letter.id):
            return "repeated"
        if document is None or not live(letter.function, cause, document):
            dead_letters.resolve(tx, [letter.id], "superseded")
            return "superseded"
        documents.record(
            tx,
            document,
            failure(letter),
            source=f"/functions/{NAME}",
            causation_id=str(letter.id),
            run=document.run,
            traceparent=cause.traceparent,
        )
    return "failed"
