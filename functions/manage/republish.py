"""Publish stored events again, under their ids: what had an effect already has none, what was lost has it now.

For a broker that lost what it held, or one that never had it.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from pipeline import broker, event_store
from pipeline.broker import NotPublished
from pipeline.database import fetch, transaction
from pipeline.errors import BadRequest, Unavailable
from pipeline.event_store import COLUMNS, START, Position, Stored

from . import audit
from .call import Call, invalid
from .many import bounded, is_dry_run, paced

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
    sent = publish(events, rate)
    with transaction() as tx:
        what = {name: call.body[name] for name in CHOICES if name in call.body}
        audit.note(
            tx, call, "events.republished", values["document"] or "events", **what, count=len(sent), reason=reason
        )
    done = len(sent) == len(events) < limit
    cursor = None if done else str(sent[-1].at if sent else after(call))
    return JSONResponse({"dry_run": False, "published": len(sent), "next_cursor": cursor}, 202)


def publish(events: list[Stored], rate: int) -> list[Stored]:
    """Those that the broker has taken; raises Unavailable when it takes not even the first."""
    sent: list[Stored] = []
    for each in paced(events, rate):
        try:
            if each.readable:
                broker.publish_event(each.envelope)
        except NotPublished as error:
            if not sent:
                raise Unavailable(f"the broker did not take the event: {error.reason}") from error
            break
        sent.append(each)
    return sent


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
        raise invalid("what is one of: unfinished, all")
    values: dict[str, Any] = {"tenant": call.principal.tenant, "operator": call.by_operator}
    for name, read in (("document", UUID), ("since", moment), ("until", moment)):
        try:
            values[name] = read(call.text(name)) if name in call.body else None
        except ValueError:
            raise invalid(f"{name} is {'the id of a document' if read is UUID else 'a time with its zone'}") from None
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
