"""One piece of a document in the index; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from .mapping import stems


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """One value of a field, in each form it can be searched by; date is ISO 8601."""

    name: str
    keyword: str
    number: float | None = None
    date: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A chunk of one run of one document with what it can be filtered by.

    names holds what must be found by its parts: the file name, identifiers, field values. vector is a unit vector of
    the embedding model named by model, or None: then only keywords find the entry.
    """

    document_id: UUID
    run: int
    ordinal: int
    tenant: str
    filename: str
    created_at: datetime
    text: str
    page: int | None = None
    heading: str = ""
    category: str | None = None
    language: str | None = None
    names: Sequence[str] = ()
    fields: Sequence[FieldValue] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)
    model: str | None = None
    vector: Sequence[float] | None = None

    @property
    def id(self) -> str:
        """Runs never overwrite each other; a twin of the same run writes the same bytes."""
        return f"{self.document_id}.{self.run}.{self.ordinal}"

    def source(self) -> dict[str, Any]:
        """The entry as OpenSearch stores it; what is not known is left out."""
        values = {
            "tenant": self.tenant,
            "document_id": str(self.document_id),
            "run": self.run,
            "document_run": document_run(self.document_id, self.run),
            "ordinal": self.ordinal,
            "page": self.page,
            "heading": self.heading or None,
            "category": self.category,
            "language": self.language,
            "filename": self.filename,
            "created_at": self.created_at.isoformat(),
            "text": self.text,
            "stems": {stems(self.language): self.text},
            "names": list(self.names),
            "fields": [_source(value) for value in self.fields],
            "shown": dict(self.shown),
            "model": self.model if self.vector is not None else None,
            "vector": [round(float(each), 6) for each in self.vector] if self.vector is not None else None,
        }
        return {name: value for name, value in values.items() if value is not None}


def document_run(document_id: UUID, run: int) -> str:
    return f"{document_id}.{run}"


def _source(value: FieldValue) -> dict[str, Any]:
    forms = {"name": value.name, "keyword": value.keyword, "number": value.number, "date": value.date}
    return {name: form for name, form in forms.items() if form is not None}
