"""Publish stored events again, under their ids: what had an effect already has none, what was lost has it now.

For a broker that lost what it held, or one that never had it.
"""

import logging
from datetime import UTC, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from starlette.responses import JSONResponse, Response

from pipeline import audit, broker, event_store
from pipeline.broker import NotPublished
from pipeline.call import Call
from pipeline.database import fetch, transaction
from pipeline.errors import BadRequest, Unavailable
from pipeline.event_store import COLUMNS, START, Position, Stored
from pipeline.parameters import refused

from .many import bounded, is_dry_run, paced

log = logging.getLogger(__name__)

Went = Literal["published", "unroutable", "unreadable"]
MOST_AT_ONCE, AT_ONCE = 2_000, 500
MOST_PER_SECOND, PER_SECOND = 500, 100
CHOICES = ("what", "document", "since", "until")

WANTED = """
    (tenant = %(tenant)s OR %(operator)s)
    AND (%(document)s::uuid IS NULL OR document_id = %(document)s::uuid)
    AND (%(since)s::timestamptz IS NULL OR occurred_at >= %(since)s::timestamptz)
    AND (%(until)s::timestamptz IS NULL OR occurred_at < %(until)s::timestamptz)
    AND data <> '{"erased": true}'
"""
# What somebody still has to act on: the input that a document's next stage waits for, and deletions to carry out.
UNFINISHED = """
    AND EXISTS (
        SELECT FROM documents AS live
        WHERE live.id = events.document_id AND live.run = events.run AND events.type = 'document.' || live.state
          AND (live.state IN ('uploaded', 'classified', 'extracted')
               OR live.state = 'deleted'
                  AND NOT EXISTS (SELECT FROM inbox WHERE consumer = 'compensate' AND event_id = events.id))
    )
"""


def republished(call: Call) -> Response:
    """Of unfinished documents, or all events; of one document, of a time range; by default only say which."""
    call.expect(body=(*CHOICES, "cursor", "limit", "rate", "dry_run", "reason"))
    limit, rate = bounded(call, "limit", MOST_AT_ONCE, AT_ONCE), bounded(call, "rate", MOST_PER_SECOND, PER_SECOND)
    reason = call.text("reason") if "reason" in call.body else ""
    wanted, values = conditions(call)
    events = chosen(wanted, values, after(call), limit)
    if is_dry_run(call):
        count = fetch(f"SELECT count(*) FROM events WHERE {wanted}", values)[0]["count"]
        return JSONResponse({"dry_run": True, "count": count, "events": [shape(each) for each in events]})
    done, told = publish(events, rate)
    with transaction() as tx:
        what = {name: call.body[name] for name in CHOICES if name in call.body}
        audit.note(
            tx,
            call,
            "events.republished",
            values["document"] or "events",
            **what,
            count=told["published"],
            unroutable=told["unroutable"],
            unreadable=told["unreadable"],
            reason=reason,
        )
    cursor = None if done == len(events) < limit else str(events[done - 1].at if done else after(call))
    return JSONResponse({"dry_run": False, **told, "next_cursor": cursor}, 202)


def publish(events: list[Stored], rate: int) -> tuple[int, dict[str, int]]:
    """How many are done with, and how each of them went; raises Unavailable when it is not even the first."""
    went: list[Went] = []
    for each in paced(events, rate):
        try:
            went.append(published(each))
        except NotPublished as error:
            if not went:
                raise Unavailable(f"the broker did not take the event: {error.reason}") from error
            break
    return len(went), {name: went.count(name) for name in get_args(Went)}


def published(event: Stored) -> Went:
    """What no queue takes, or nobody here can read, keeps the others from nothing. Raises NotPublished."""
    if not event.readable:
        return "unreadable"
    try:
        broker.publish_event(event.envelope)
    except NotPublished as error:
        if not error.unroutable:
            raise
        log.error("unroutable", extra={"action": "republish_unroutable", "event_id": str(event.row["id"])})
        return "unroutable"
    return "published"


def chosen(wanted: str, values: dict[str, Any], place: Position, limit: int) -> list[Stored]:
    """In the order of the stream; what is committed later has its own way to the broker."""
    statement = f"""
        SELECT {COLUMNS} FROM events WHERE {wanted} AND (xid, position) > (%(xid)s::text::xid8, %(position)s)
        ORDER BY events.xid, events.position LIMIT %(limit)s
    """
    more = {"xid": str(place.xid), "position": place.position, "limit": limit}
    return event_store.stored(fetch(statement, values | more))


def conditions(call: Call) -> tuple[str, dict[str, Any]]:
    """SQL and values; raises BadRequest."""
    what = call.body.get("what", "unfinished")
    if what not in ("unfinished", "all"):
        raise refused("what is one of: unfinished, all")
    values: dict[str, Any] = {"tenant": call.principal.tenant, "operator": call.by_operator}
    for name, read in (("document", UUID), ("since", moment), ("until", moment)):
        try:
            values[name] = read(call.text(name)) if name in call.body else None
        except ValueError:
            raise refused(f"{name} is {'the id of a document' if read is UUID else 'a time with its zone'}") from None
    return WANTED + (UNFINISHED if what == "unfinished" else ""), values


def moment(text: str) -> datetime:
    """Raises ValueError without a zone too."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    try:
        return at.astimezone(UTC)  # PostgreSQL knows no zone of sixteen hours
    except OverflowError:
        raise ValueError(f"{text} is out of range") from None


def after(call: Call) -> Position:
    try:
        return Position.parse(call.text("cursor")) if "cursor" in call.body else START
    except ValueError:
        raise BadRequest("the cursor is not one that this call gave out", code="invalid-cursor") from None


def shape(event: Stored) -> dict[str, Any]:
    row = event.row
    ids = {name: str(row[name]) for name in ("id", "document_id")}
    return ids | {name: row[name] for name in ("type", "run", "sequence")}
