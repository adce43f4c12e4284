"""What was read from a document: values with their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.model import DocumentWarning
from pipeline.pages import Box

Method = Literal["xml", "rules", "llm", "correction"]

Scalar = str | int
Nested = dict[str, Any] | list[Any]


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """value is normalised: ISO dates and currencies, plain decimals as strings; quote is what the page shows."""

    value: Scalar | Nested
    page: int | None = None
    quote: str | None = None
    box: Box | None = None
    method: Method = "rules"
    confidence: float = 1.0

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "page": self.page,
            "quote": self.quote,
            "box": list(self.box) if self.box else None,
            "method": self.method,
            "confidence": round(self.confidence, 3),
        }


Fields = dict[str, FieldValue | list[FieldValue]]


@dataclass(frozen=True, kw_only=True)
class Extraction:
    fields: Mapping[str, FieldValue | list[FieldValue]] = field(default_factory=dict)
    warnings: tuple[DocumentWarning, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            name: [each.to_json() for each in found] if isinstance(found, list) else found.to_json()
            for name, found in self.fields.items()
        }
