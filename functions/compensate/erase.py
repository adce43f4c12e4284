"""A deleted document is erased: objects, search entries, what its events and dead letters said, and its attachments."""

from typing import Literal

from pipeline import blobs, deletion, documents, inbox, outbox
from pipeline.database import transaction
from pipeline.envelope import Envelope
from pipeline.errors import Rejected
from pipeline.events import DocumentDeleted
from pipeline.search import index

NAME = "compensate"


def erase(deleted: Envelope[DocumentDeleted]) -> Literal["erased", "repeated"]:
    """Raises Rejected(malformed-event) for a document that nobody deleted, Unavailable."""
    document = documents.load(deleted.subject)
    if document.state != "deleted":
        raise Rejected("malformed-event", f"the document {document.id} is {document.state}, not deleted")
    if inbox.has(NAME, deleted.id):
        outbox.publish_unsent(str(deleted.id))
        return "repeated"
    blobs.delete(blobs.document_prefix(document.tenant, document.id))
    index.remove_document(document.id)
    commit(deleted)
    outbox.publish_unsent(str(deleted.id))
    return "erased"


def commit(deleted: Envelope[DocumentDeleted]) -> None:
    with transaction() as tx:
        document = documents.lock(tx, deleted.subject)
        if document is None or not inbox.claim(tx, NAME, deleted.id):
            return
        deletion.erase(tx, document)
        deletion.delete(
            tx,
            document,
            DocumentDeleted(reason=deleted.data.reason),
            source=f"/functions/{NAME}",
            causation_id=str(deleted.id),
            traceparent=deleted.traceparent,
        )
