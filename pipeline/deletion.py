"""Deletion: a document and its attachments are marked deleted at once; what they held is erased after that."""

from collections.abc import Sequence
from uuid import UUID

from . import documents
from .database import Cursor
from .events import DocumentDeleted
from .model import Document
from .projection import erased


def delete(
    tx: Cursor,
    document: Document,
    said: DocumentDeleted,
    *,
    source: str,
    causation_id: str,
    traceparent: str | None = None,
) -> Sequence[UUID]:
    """Open the next run of a locked document and of everything attached to it, with document.deleted as its only event.

    Returns the ids of what this call deleted; what is deleted already stays as it is.
    """
    deleted: list[UUID] = []
    if document.state != "deleted":
        documents.record(
            tx,
            document,
            said,
            source=source,
            causation_id=causation_id,
            run=document.run + 1,
            traceparent=traceparent,
        )
        deleted.append(document.id)
    for child_id in children(tx, document.id):
        child = documents.lock(tx, child_id)
        if child is not None:
            deleted += delete(tx, child, said, source=source, causation_id=causation_id, traceparent=traceparent)
    return deleted


def children(tx: Cursor, document_id: UUID) -> list[UUID]:
    tx.execute("SELECT id FROM documents WHERE parent_id = %(id)s ORDER BY id", {"id": document_id})
    return [row["id"] for row in tx.fetchall()]


def erase(tx: Cursor, document: Document) -> None:
    """Nothing of what a deleted and locked document held stays in the database, only that it was there.

    An erased event has nothing left to tell, so it counts as sent.
    """
    tx.execute(
        """
        UPDATE events SET data = '{"erased": true}', sent_at = coalesce(sent_at, now())
        WHERE document_id = %(id)s AND type <> 'document.deleted'
        """,
        {"id": document.id},
    )
    tx.execute(
        """
        UPDATE dead_letters SET body = '', headers = '{}', reason = NULL,
               resolved_at = coalesce(resolved_at, now()), resolution = coalesce(resolution, 'deleted')
        WHERE document_id = %(id)s
        """,
        {"id": document.id},
    )
    documents.write(tx, erased(document))
