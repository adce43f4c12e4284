"""Replay a dead letter, as a new run or by delivering its message again, or discard it."""

from typing import Any
from uuid import UUID, uuid5

from starlette.responses import JSONResponse, Response

from pipeline import audit, broker, dead_letters, documents, outbox
from pipeline.broker import REQUEUE_EXCHANGE, Message, NotPublished
from pipeline.call import Call
from pipeline.database import Cursor, Row, fetch, transaction
from pipeline.errors import Conflict, PipelineError, Unavailable
from pipeline.events import DocumentReprocessRequested
from pipeline.model import Document

from . import letters, plan
from .many import bounded, is_dry_run, paced
from .reopen import reopen

REPLAY_NAMESPACE = UUID("b5b7c5ab-7a0e-5f8e-9f3f-0c6f2a8f4d10")
MOST_AT_ONCE = 500
PER_SECOND = 20


def replayed(call: Call) -> Response:
    """A second replay of the same letter has no effect."""
    call.expect(body=("reason",))
    reason = call.text("reason") if "reason" in call.body else ""
    return JSONResponse(replay(call, letters.one(call), reason), 202)


def replay(call: Call, letter: Row, reason: str) -> dict[str, Any]:
    """Raises Conflict for a discarded letter and while the document's run is not over, Unavailable when the broker does
    not take the message.
    """
    # Derived from the letter, so that its events are the same however often it is replayed.
    cause = str(uuid5(REPLAY_NAMESPACE, str(letter["id"])))
    with transaction() as tx:
        document = documents.lock(tx, letter["document_id"]) if letter["document_id"] else None
        row = locked(tx, letter["id"])
        resolution = row["resolution"]
        effect = plan.replay(row["function"], row["run"], document, resolution=resolution)
        if effect != "done":
            resolution = "superseded" if effect == "superseded" else "replayed"
            run = carry_out(tx, effect, letter, document, call=call, cause=cause, reason=reason)
            dead_letters.resolve(tx, [letter["id"]], resolution)
            audit.note(tx, call, f"dead-letter.{resolution}", letter["id"], effect=effect, reason=reason, run=run)
    outbox.publish_unsent(cause)
    document_id = str(letter["document_id"]) if letter["document_id"] else None
    return {"id": str(letter["id"]), "resolution": resolution, "effect": effect, "document_id": document_id}


def carry_out(
    tx: Cursor, effect: str, letter: Row, document: Document | None, *, call: Call, cause: str, reason: str
) -> int | None:
    """The new run, if there is one."""
    if effect == "redeliver":
        redeliver(letter, call, reason)
    if effect != "reopen" or document is None:
        return None
    # The letter is answered as replayed, the document's other ones as reprocessed.
    dead_letters.resolve(tx, [letter["id"]], "replayed")
    stage = plan.first_stage(document, "classify")
    asked = DocumentReprocessRequested(from_stage=stage, run=document.run + 1)
    return reopen(tx, document, stage, asked, cause=cause).run


def redeliver(letter: Row, call: Call, reason: str) -> None:
    """The message as it was, straight to the function's queue, with a clean journey."""
    kept = {name: value for name, value in letter["headers"].items() if name.startswith("ce-") or name == "traceparent"}
    told = {
        "x-replay": letter["replay"] + 1,
        "x-replay-of": str(letter["id"]),
        "x-operator": str(call.principal.key_id),
        "x-reason": reason[:500],
    }
    message = Message(
        exchange=REQUEUE_EXCHANGE,
        routing_key=letter["function"],
        body=bytes(letter["body"]),
        headers=kept | told,
        message_id=str(letter["event_id"]) if letter["event_id"] else None,
    )
    try:
        broker.publish(message)
    except NotPublished as error:
        raise Unavailable(f"the broker did not take the message: {error.reason}") from error


def locked(tx: Cursor, letter_id: UUID) -> Row:
    tx.execute(
        "SELECT function, run, resolved_at, resolution FROM dead_letters WHERE id = %(id)s FOR UPDATE",
        {"id": letter_id},
    )
    row = tx.fetchone()
    assert row is not None
    return row


def discarded(call: Call) -> Response:
    """Close a letter without handling it; raises Conflict when it is closed in another way."""
    call.expect(body=("reason",))
    reason = call.text("reason")
    letter = letters.one(call)
    with transaction() as tx:
        row = locked(tx, letter["id"])
        if row["resolution"] not in (None, "discarded"):
            raise Conflict(f"the dead letter is closed already: {row['resolution']}", code="already-resolved")
        if row["resolved_at"] is None:
            dead_letters.resolve(tx, [letter["id"]], "discarded")
            audit.note(tx, call, "dead-letter.discarded", letter["id"], reason=reason)
    return JSONResponse({"id": str(letter["id"]), "resolution": "discarded"}, 202)


def many(call: Call) -> Response:
    """Replay the open letters that match, oldest first, not faster than the rate; by default only say which."""
    call.expect(body=(*letters.FILTERS[:-1], "limit", "rate", "dry_run", "reason"))
    limit, rate = bounded(call, "limit", MOST_AT_ONCE, 100), bounded(call, "rate", 100, PER_SECOND)
    reason = call.text("reason") if "reason" in call.body else ""
    where, values = letters.conditions({**call.body, "state": "open"})
    rows = fetch(
        f"""
        SELECT {letters.COLUMNS}, headers, body FROM dead_letters
        WHERE {where} ORDER BY recorded_at, id LIMIT %(most)s
        """,
        letters.visible_to(call) | values | {"most": limit},
    )
    if is_dry_run(call):
        return JSONResponse({"dry_run": True, "dead_letters": [letters.shape(row) for row in rows], "replayed": []})
    outcomes = replayed_all(call, rows, rate, reason)
    return JSONResponse({"dry_run": False, "replayed": outcomes, "left": len(rows) - len(outcomes)}, 202)


def replayed_all(call: Call, rows: list[Row], rate: int, reason: str) -> list[dict[str, Any]]:
    outcomes = []
    for row in paced(rows, rate):
        try:
            outcomes.append(replay(call, row, reason))
        except PipelineError as error:
            outcomes.append({"id": str(row["id"]), "code": error.code, "detail": error.reason})
    return outcomes
