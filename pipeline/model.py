"""What a document is and the states it passes through; pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

State = Literal["uploaded", "classified", "extracted", "indexed", "failed", "deleted"]
"""In this order within one run; failed follows the first three. reprocess and delete open the next run from any."""

TERMINAL: frozenset[State] = frozenset({"indexed", "failed", "deleted"})


@dataclass(frozen=True, kw_only=True)
class DocumentWarning:
    """Something is missing from an indexed document; code is stable and kebab-case."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A category the document might also be; confidence is between 0 and 1."""

    category: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Failure:
    stage: str
    code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The current state of one document: a row of the table documents.

    sequence counts its events and guards every change. llm has what a language model cost, by stage. searchable holds
    what of the last indexed run must come back when a later run fails.
    """

    id: UUID
    tenant: str
    state: State
    run: int
    searchable_run: int | None
    sequence: int
    filename: str
    media_type: str
    size: int
    sha256: str
    original_key: str
    correlation_id: UUID
    parent_id: UUID | None
    depth: int
    category: str | None
    category_confidence: float | None
    category_method: str | None
    alternatives: tuple[Alternative, ...]
    language: str | None
    pages: int | None
    warnings: tuple[DocumentWarning, ...]
    failure: Failure | None
    text_sample_key: str | None
    text_key: str | None
    structure_key: str | None
    fields_key: str | None
    evidence_key: str | None
    searchable: dict[str, Any] = field(default_factory=dict)
    corrections: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    llm: dict[str, Any] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
