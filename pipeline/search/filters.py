"""What every hit of a search must be; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Range:
    """From low to high, both included; None is open. Numbers or ISO dates."""

    low: float | str | None = None
    high: float | str | None = None

    def clause(self) -> dict[str, Any]:
        bounds = {"gte": self.low, "lte": self.high}
        return {name: value for name, value in bounds.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class FieldFilter:
    """A field's value: equal to a text in any spelling of case and accents, or within a range of numbers or dates."""

    name: str
    equals: str | None = None
    number: Range | None = None
    date: Range | None = None

    def clause(self) -> dict[str, Any]:
        wanted: list[dict[str, Any]] = []
        if self.equals is not None:
            wanted.append({"term": {"fields.keyword": self.equals}})
        if self.number is not None:
            wanted.append({"range": {"fields.number": self.number.clause()}})
        if self.date is not None:
            wanted.append({"range": {"fields.date": self.date.clause()}})
        either = {"bool": {"should": wanted, "minimum_should_match": 1}}
        return {
            "nested": {"path": "fields", "query": {"bool": {"filter": [{"term": {"fields.name": self.name}}, either]}}}
        }


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What every hit must be; the tenant always counts."""

    tenant: str
    categories: Sequence[str] = ()
    languages: Sequence[str] = ()
    created: Range | None = None
    fields: Sequence[FieldFilter] = field(default_factory=tuple)
    without: UUID | None = None

    def clauses(self) -> list[dict[str, Any]]:
        clauses: list[dict[str, Any]] = [{"term": {"tenant": self.tenant}}]
        if self.categories:
            clauses.append({"terms": {"category": list(self.categories)}})
        if self.languages:
            clauses.append({"terms": {"language": list(self.languages)}})
        if self.created:
            clauses.append({"range": {"created_at": self.created.clause()}})
        if self.without:
            clauses.append({"bool": {"must_not": [{"term": {"document_id": str(self.without)}}]}})
        return clauses + [each.clause() for each in self.fields]
