"""Open the next run of a document: what was asked and the input of its first stage, in one transaction."""

from uuid import UUID

from pipeline import dead_letters, documents, event_store
from pipeline.call import Call
from pipeline.database import Cursor
from pipeline.errors import Conflict, NotFound
from pipeline.events import Event
from pipeline.model import Document

from .correction import Rechecked
from .plan import INPUT, as_corrected

SOURCE = "/functions/manage"


def owned(tx: Cursor, call: Call) -> Document:
    """The document of this call, locked; what belongs to another tenant is not there."""
    document = documents.lock(tx, call.target)
    if document is None or document.tenant != call.principal.tenant:
        raise NotFound(f"there is no document {call.target}")
    return document


def reopen(
    tx: Cursor, document: Document, stage: str, asked: Event, *, cause: str, checks: Rechecked | None = None
) -> Document:
    """The stage gets its latest input again, under the next run; the open dead letters are answered by that."""
    run = document.run + 1
    document, _ = documents.record(tx, document, asked, source=SOURCE, causation_id=cause, run=run, traceparent=None)
    again = as_corrected(latest(tx, document.id, INPUT[stage].name), document, checks)
    document, _ = documents.record(tx, document, again, source=SOURCE, causation_id=cause, run=run, traceparent=None)
    dead_letters.resolve_document(tx, document.id, "reprocessed")
    return document


def latest(tx: Cursor, document_id: UUID, name: str) -> Event:
    tx.execute(
        f"""
        SELECT {event_store.COLUMNS} FROM events WHERE document_id = %(id)s AND type = %(type)s
        ORDER BY sequence DESC LIMIT 1
        """,
        {"id": document_id, "type": name},
    )
    row = tx.fetchone()
    if row is None:
        raise Conflict(f"the document never came to {name}")
    return event_store.from_row(row).data
