"""What was read from a document: values with their evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pipeline.model import DocumentWarning
from pipeline.pages import Box, Page, Turn, as_shown

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

    def as_shown(self, turns: Mapping[int, Turn]) -> "FieldValue":
        """The same with its box on the page as it is shown; turns are by the number of the page."""
        turned = turns.get(self.page or 0, 0)
        return replace(self, box=as_shown(self.box, turned)) if self.box and turned else self

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

    def as_shown(self, pages: Iterable[Page]) -> "Extraction":
        """The same with its boxes on the pages as they are shown."""
        turns = {page.number: page.turned for page in pages if page.turned}
        fields = {
            name: [each.as_shown(turns) for each in found] if isinstance(found, list) else found.as_shown(turns)
            for name, found in self.fields.items()
        }
        return replace(self, fields=fields)

    def to_json(self) -> dict[str, Any]:
        return {
            name: [each.to_json() for each in found] if isinstance(found, list) else found.to_json()
            for name, found in self.fields.items()
        }
