"""Documents: load, lock, and record what happened to them, state and event together."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg2.extras import Json

from . import event_store
from .database import Cursor, Row, fetch
from .envelope import Envelope, event_id
from .errors import Rejected
from .events import Event
from .model import Alternative, Document, DocumentWarning, Failure
from .projection import NOTHING_LEFT, erased, project

NAMES = tuple(each.name for each in fields(Document))
NESTED = frozenset({"alternatives", "warnings", "failure", "searchable", "corrections", "metadata", "llm"})
COLUMNS = ", ".join(NAMES)
VALUES = ", ".join(f"%({name})s" for name in NAMES)
CHANGES = ", ".join(f"{name} = %({name})s" for name in NAMES if name != "id")


def from_row(row: Row) -> Document:
    nested = {
        "alternatives": tuple(Alternative(**each) for each in row["alternatives"]),
        "warnings": tuple(DocumentWarning(**each) for each in row["warnings"]),
        "failure": Failure(**row["failure"]) if row["failure"] else None,
    }
    return Document(**({name: row[name] for name in NAMES} | nested))


def to_row(document: Document) -> dict[str, Any]:
    row = asdict(document)
    return row | {name: Json(row[name]) if row[name] is not None else None for name in NESTED}


def load(document_id: UUID) -> Document:
    """Raises Rejected(malformed-event) for an event about a document that was never accepted."""
    rows = fetch(f"SELECT {COLUMNS} FROM documents WHERE id = %(id)s", {"id": document_id})
    if not rows:
        raise Rejected("malformed-event", f"there is no document {document_id}")
    return from_row(rows[0])


def lock(tx: Cursor, document_id: UUID) -> Document | None:
    """The document, locked until the transaction ends; raises Busy when a twin holds it for more than two seconds.

    This must be the first statement of its transaction: then transaction ids, locks and sequences have one order.
    """
    tx.execute(f"SELECT {COLUMNS} FROM documents WHERE id = %(id)s FOR UPDATE", {"id": document_id})
    row = tx.fetchone()
    return from_row(row) if row else None


def create(tx: Cursor, envelope: Envelope[Event]) -> Document:
    """A new document from its document.uploaded; raises UniqueViolation when it exists."""
    document = project(None, envelope)
    event_store.append(tx, envelope)
    tx.execute(f"INSERT INTO documents ({COLUMNS}) VALUES ({VALUES})", to_row(document))
    return document


def record(
    tx: Cursor, document: Document, event: Event, *, source: str, causation_id: str, run: int, traceparent: str | None
) -> tuple[Document, Envelope[Event]]:
    """Append an event to a locked document and move its state with it."""
    envelope = Envelope(
        id=event_id(document.id, run, event.name, causation_id),
        source=source,
        subject=document.id,
        time=now(),
        correlation_id=document.correlation_id,
        causation_id=causation_id,
        sequence=document.sequence + 1,
        run=run,
        tenant=document.tenant,
        traceparent=traceparent,
        data=event,
    )
    after = project(document, envelope)
    event_store.append(tx, envelope)
    write(tx, after)
    return after, envelope


def write(tx: Cursor, document: Document) -> None:
    """The row of a locked document becomes this."""
    tx.execute(f"UPDATE documents SET {CHANGES} WHERE id = %(id)s", to_row(document))


def rebuilt(history: Sequence[event_store.Stored]) -> Document | None:
    """The document as its events tell it; the same as the live row, which a test compares."""
    document: Document | None = None
    for each in history:
        if not each.erased:
            document = project(document, each.envelope)
        elif document is None:
            document = project(None, event_store.from_row(each.row | {"data": asdict(NOTHING_LEFT)}))
    return erased(document) if document and any(each.erased for each in history) else document


def now() -> datetime:
    """UTC to the millisecond, the precision of an event's time."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
