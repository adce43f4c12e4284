"""The answers as JSON, exactly as the API describes them; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from pipeline import rfc3339
from pipeline.events import EVENTS
from pipeline.model import Document, DocumentWarning
from pipeline.search.ask import Shown

from .ranking import Ranked

PREFIX = "/api"
WITH_PICTURES = ("application/pdf", "image/")


def document(of: Document, children: Sequence[str]) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "state": of.state,
        "run": of.run,
        "searchable_run": of.searchable_run,
        "filename": of.filename,
        "media_type": of.media_type,
        "size": of.size,
        "sha256": of.sha256,
        "pages": of.pages,
        "language": of.language,
        "parent_id": str(of.parent_id) if of.parent_id else None,
        "children": list(children),
        "category": of.category,
        "category_confidence": of.category_confidence,
        "category_method": of.category_method,
        "alternatives": [asdict(each) for each in of.alternatives],
        "warnings": [warning(each) for each in of.warnings],
        "llm": of.llm,
        "failure": asdict(of.failure) if of.failure else None,
        "correlation_id": str(of.correlation_id),
        "metadata": of.metadata,
        "created_at": rfc3339.text(of.created_at),
        "updated_at": rfc3339.text(of.updated_at),
        "links": links(of),
    }


def warning(of: DocumentWarning) -> dict[str, Any]:
    """page only where the warning is about one."""
    return {name: value for name, value in asdict(of).items() if value is not None}


def links(of: Document) -> dict[str, str]:
    here = f"{PREFIX}/documents/{of.id}"
    found = {
        "self": here,
        "history": f"{here}/history",
        "text": f"{here}/text",
        "fields": f"{here}/fields",
        "original": f"{here}/original",
        "similar": f"{here}/similar",
        "events": f"{PREFIX}/events?document={of.id}",
    }
    return found | ({"picture": f"{here}/pages/1.png"} if has_pictures(of) else {})


def has_pictures(of: Document) -> bool:
    return of.media_type.startswith(WITH_PICTURES)


def etag(of: Document, children: Sequence[str]) -> str:
    """Changes whenever the document does: every change is an event, and a child counts as one."""
    content = f"{of.id}|{of.sequence}|{','.join(children)}"
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def event(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored event: its CloudEvents attributes, its name, and its data, which is {erased: true} once it is gone."""
    kind = EVENTS[row["type"]]
    return {
        "specversion": "1.0",
        "id": str(row["id"]),
        "source": row["source"],
        "type": kind.type(),
        "event": row["type"],
        "subject": str(row["document_id"]),
        "time": rfc3339.text(row["occurred_at"]),
        "sequence": row["sequence"],
        "run": row["run"],
        "correlationid": str(row["correlation_id"]),
        "causationid": row["causation_id"],
        "data": row["data"],
    }


def hit(ranked: Ranked, shown: Shown) -> dict[str, Any]:
    return {
        "document_id": str(ranked.document_id),
        "score": round(ranked.score, 6),
        "page": shown.page,
        "heading": shown.heading or None,
        "highlight": shown.highlight,
        "filename": shown.filename,
        "category": shown.category,
        "language": shown.language,
        "created_at": shown.created_at,
        "fields": dict(shown.fields),
        "links": {"document": f"{PREFIX}/documents/{ranked.document_id}"},
    }


def facets(counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"value": value, "count": count} for value, count in values.items()] for name, values in counts.items()
    }


def fields(document_id: UUID, run: int, category: str | None, found: Mapping[str, Any]) -> dict[str, Any]:
    return {"document_id": str(document_id), "run": run, "category": category, "fields": dict(found)}
