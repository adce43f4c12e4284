"""The state of a document as a fold over its events; pure. Live writes and the rebuild use the same function."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from .envelope import Envelope
from .events import (
    DocumentClassified,
    DocumentCorrected,
    DocumentDeleted,
    DocumentExtracted,
    DocumentFailed,
    DocumentIndexed,
    DocumentReprocessRequested,
    DocumentUploaded,
    Event,
)
from .model import Alternative, Document, DocumentWarning, Failure

RESTORED = (
    "category",
    "category_confidence",
    "category_method",
    "language",
    "pages",
    "text_sample_key",
    "text_key",
    "structure_key",
    "fields_key",
    "evidence_key",
)
"""What a failed run gives back to the last one that was indexed; alternatives, warnings and llm come beside these."""


def started(envelope: Envelope[Event], uploaded: DocumentUploaded) -> Document:
    """A document's first event."""
    return Document(
        id=envelope.subject,
        tenant=envelope.tenant,
        state="uploaded",
        run=envelope.run,
        searchable_run=None,
        sequence=envelope.sequence,
        filename=uploaded.filename,
        media_type=uploaded.media_type,
        size=uploaded.size,
        sha256=uploaded.sha256,
        original_key=uploaded.original_key,
        correlation_id=envelope.correlation_id,
        parent_id=UUID(uploaded.parent_id) if uploaded.parent_id else None,
        depth=uploaded.depth,
        category=None,
        category_confidence=None,
        category_method=None,
        alternatives=(),
        language=None,
        pages=None,
        warnings=(),
        failure=None,
        text_sample_key=None,
        text_key=None,
        structure_key=None,
        fields_key=None,
        evidence_key=None,
        metadata=uploaded.metadata,
        created_at=envelope.time,
        updated_at=envelope.time,
    )


def project(document: Document | None, envelope: Envelope[Event]) -> Document:
    """The document after one more event."""
    event = envelope.data
    if document is None:
        if not isinstance(event, DocumentUploaded):
            raise ValueError(f"a history starts with document.uploaded, not {event.name}")
        return started(envelope, event)
    changes: dict[str, Any] = {"run": envelope.run, "sequence": envelope.sequence, "updated_at": envelope.time}
    return replace(document, **changes, **changed(document, envelope))


def changed(document: Document, envelope: Envelope[Event]) -> dict[str, Any]:
    """The columns an event sets beside run, sequence and time."""
    event = envelope.data
    match event:
        case DocumentUploaded():
            return {"state": "uploaded", "warnings": (), "failure": None, "llm": {}}
        case DocumentClassified():
            decided = {"category_confidence": event.confidence, "category_method": event.method, "failure": None}
            same = taken(event, "category", "alternatives", "language", "text_sample_key", "warnings")
            return {"state": "classified", "llm": spent({}, "classify", event.llm)} | decided | same
        case DocumentExtracted():
            keys = taken(event, "text_key", "structure_key", "fields_key", "evidence_key")
            cost = spent(document.llm, "extract", event.llm)
            return {"state": "extracted", "failure": None, "llm": cost} | keys | taken(event, "pages", "warnings")
        case DocumentIndexed():
            kept = snapshot(replace(document, warnings=event.warnings))
            return {"state": "indexed", "searchable_run": envelope.run, "searchable": kept, "warnings": event.warnings}
        case DocumentFailed():
            failure = Failure(stage=event.stage, code=event.code, reason=event.reason)
            return {"state": "failed", "failure": failure} | restored(document)
        case DocumentDeleted():
            return {"state": "deleted", "searchable_run": None}
        case DocumentReprocessRequested():
            return {}
        case DocumentCorrected():
            return {"corrections": corrected(document.corrections, event)}
        case _:
            raise ValueError(f"no projection of {event.name}")


def taken(event: Event, *names: str) -> dict[str, Any]:
    """The columns that are called as in the event."""
    return {name: getattr(event, name) for name in names}


def spent(before: dict[str, Any], stage: str, usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a language model has cost in this run, by stage; a stage that asked none is absent."""
    others = {name: cost for name, cost in before.items() if name != stage}
    return others | ({stage: dict(usage)} if usage else {})


def corrected(corrections: dict[str, Any], event: DocumentCorrected) -> dict[str, Any]:
    """{category?, fields?}: what a person has said so far."""
    category = {"category": event.category} if event.category else {}
    fields = {**corrections.get("fields", {}), **event.fields}
    return {**corrections, **category, **({"fields": fields} if fields else {})}


def snapshot(document: Document) -> dict[str, Any]:
    """What must come back if a later run fails."""
    kept = {name: getattr(document, name) for name in RESTORED}
    kept["alternatives"] = [asdict(each) for each in document.alternatives]
    kept["warnings"] = [asdict(each) for each in document.warnings]
    kept["llm"] = document.llm
    return kept


def restored(document: Document) -> dict[str, Any]:
    """The last indexed run's columns, or empty ones where there was none."""
    kept = document.searchable
    return {name: kept.get(name) for name in RESTORED} | {
        "alternatives": tuple(Alternative(**each) for each in kept.get("alternatives", [])),
        "warnings": tuple(DocumentWarning(**each) for each in kept.get("warnings", [])),
        "llm": kept.get("llm", {}),
    }


NOTHING_LEFT = DocumentUploaded(
    filename="deleted", media_type="application/octet-stream", size=0, sha256="", original_key=""
)
"""What stands for the upload of a document whose events are erased."""


def erased(document: Document) -> Document:
    """All that remains of a deleted document: that it was there, when, whose, and that it is gone."""
    return replace(
        document,
        **asdict(NOTHING_LEFT),
        **restored(replace(document, searchable={})),
        failure=None,
        searchable={},
        corrections={},
    )
