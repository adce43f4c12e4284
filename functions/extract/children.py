"""Attachments become documents of their own: stored here, accepted in the transaction of their parent."""

import hashlib
from collections.abc import Sequence
from uuid import UUID, uuid5

from pipeline import blobs, documents, mediatype, settings
from pipeline.envelope import EVENT_NAMESPACE, Envelope, event_id
from pipeline.errors import PipelineError
from pipeline.events import DocumentClassified, DocumentUploaded
from pipeline.filename import cleaned
from pipeline.model import Document, DocumentWarning

from .converted import Attachment

Child = Envelope[DocumentUploaded]


def child_id(parent: UUID, ordinal: int, sha256: str) -> UUID:
    """The same attachment is the same child, in whichever run it is found."""
    return uuid5(EVENT_NAMESPACE, f"{parent}|{ordinal}|{sha256}")


def children_of(
    parent: Document, classified: Envelope[DocumentClassified], attachments: Sequence[Attachment]
) -> tuple[tuple[Child, ...], tuple[DocumentWarning, ...]]:
    """The children, and a warning for each attachment that cannot be one."""
    if attachments and parent.depth >= settings.limits().depth:
        message = f"attachments nested deeper than {settings.limits().depth} levels are not read"
        return (), (DocumentWarning(code="attachment-skipped", message=message),)
    children, skipped = [], []
    for ordinal, attachment in enumerate(attachments, 1):
        try:
            children.append(child_of(parent, classified, ordinal, attachment))
        except PipelineError as error:
            message = f"{attachment.filename}: {error.reason}"
            skipped.append(DocumentWarning(code="attachment-skipped", message=message[:300]))
    return tuple(children), tuple(skipped)


def child_of(parent: Document, classified: Envelope[DocumentClassified], ordinal: int, attachment: Attachment) -> Child:
    """Store the attachment under its own key; raises UnsupportedType."""
    content = attachment.path.read_bytes()
    filename = cleaned(attachment.filename)
    media_type = mediatype.of_content(content, filename)
    digest = hashlib.sha256(content).hexdigest()
    identity = child_id(parent.id, ordinal, digest)
    key = blobs.original_key(parent.tenant, identity)
    blobs.write(key, content, media_type)
    return Envelope(
        id=event_id(identity, 1, DocumentUploaded.name, str(parent.id)),
        source="/functions/extract",
        subject=identity,
        time=documents.now(),
        correlation_id=parent.correlation_id,
        causation_id=str(classified.id),
        sequence=1,
        run=1,
        tenant=parent.tenant,
        traceparent=classified.traceparent,
        data=DocumentUploaded(
            filename=filename,
            media_type=media_type,
            size=len(content),
            sha256=digest,
            original_key=key,
            parent_id=str(parent.id),
            depth=parent.depth + 1,
        ),
    )
