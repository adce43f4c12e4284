"""Valid by default, keyword overrides."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.testclient import TestClient

from pipeline import blobs, documents
from pipeline.auth import signed_headers
from pipeline.database import transaction
from pipeline.envelope import Envelope, event_id, render
from pipeline.events import DocumentUploaded, Event
from pipeline.model import Document


def uploaded(document_id: UUID | None = None, tenant: str = "default", **changes: Any) -> Envelope[DocumentUploaded]:
    """document.uploaded of one line of plain text."""
    document_id = document_id or uuid4()
    data: dict[str, Any] = {
        "filename": "note.txt",
        "media_type": "text/plain",
        "size": 5,
        "sha256": hashlib.sha256(b"hello").hexdigest(),
        "original_key": blobs.original_key(tenant, document_id),
    }
    return Envelope(
        id=event_id(document_id, 1, "document.uploaded", "test"),
        source="/functions/upload",
        subject=document_id,
        time=documents.now(),
        correlation_id=uuid4(),
        causation_id="test",
        sequence=1,
        run=1,
        tenant=tenant,
        traceparent=None,
        data=DocumentUploaded(**(data | changes)),
    )


def accept(envelope: Envelope[DocumentUploaded]) -> Document:
    """Record an upload as the function upload does, without its object."""
    with transaction() as tx:
        return documents.create(tx, envelope)


def accept_content(content: bytes, **changes: Any) -> Envelope[DocumentUploaded]:
    """Store content as an original and record its upload."""
    digest = hashlib.sha256(content).hexdigest()
    envelope = uploaded(size=len(content), sha256=digest, **changes)
    blobs.write(envelope.data.original_key, content, envelope.data.media_type)
    accept(envelope)
    return envelope


def move(document_id: UUID, event: Event, *, run: int = 1, cause: str | None = None) -> Envelope[Event]:
    """Record one more event of a document."""
    with transaction() as tx:
        document = documents.lock(tx, document_id)
        assert document is not None
        _, envelope = documents.record(
            tx, document, event, source="/functions/test", causation_id=cause or str(uuid4()), run=run, traceparent=None
        )
    return envelope


def deliver(app: Starlette, body: bytes | Envelope[Event], headers: Mapping[str, str] | None = None) -> Any:
    """Send an event to a stage as the connector does; returns the response."""
    content = body if isinstance(body, bytes) else render(body)
    client = TestClient(app, raise_server_exceptions=False)
    return client.post("/", content=content, headers=headers if headers is not None else signed_headers(content))


def as_dict(body: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(body)
    return content
