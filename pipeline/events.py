"""What can happen to a document; pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from .model import Alternative, DocumentWarning

MAX_WARNINGS = 50
NESTED: dict[str, Any] = {"alternatives": Alternative, "warnings": DocumentWarning}


def restored(name: str, value: Any) -> Any:
    """Lists are tuples here, and some hold values of a type of ours."""
    if name in NESTED:
        return tuple(NESTED[name](**each) for each in value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a document; subclasses name it."""

    name: ClassVar[str]
    version: ClassVar[str] = "1.0"

    @classmethod
    def type(cls) -> str:
        return f"docstream.{cls.name}.v{cls.version.split('.')[0]}"

    def to_data(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """From the data of an envelope or of a stored row; what a newer minor version has added is left out."""
        known = {each.name for each in fields(cls)}
        return cls(**{key: restored(key, value) for key, value in data.items() if key in known})


@dataclass(frozen=True, kw_only=True)
class DocumentUploaded(Event):
    """The original is in the object store and the document is accepted."""

    name = "document.uploaded"
    filename: str
    media_type: str
    size: int
    sha256: str
    original_key: str
    parent_id: str | None = None
    depth: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DocumentClassified(Event):
    """What kind of document this is; confidence is between 0 and 1."""

    name = "document.classified"
    version = "1.2"
    category: str
    confidence: float
    method: str
    alternatives: tuple[Alternative, ...] = ()
    reasons: tuple[str, ...] = ()
    language: str = "und"
    text_sample_key: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()
    llm: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentExtracted(Event):
    """Text, structure and fields are in the object store."""

    name = "document.extracted"
    version = "1.1"
    text_key: str
    structure_key: str
    fields_key: str
    evidence_key: str
    pages: int
    warnings: tuple[DocumentWarning, ...] = ()
    llm: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentIndexed(Event):
    """A search finds the document."""

    name = "document.indexed"
    chunks: int
    warnings: tuple[DocumentWarning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentFailed(Event):
    """The document cannot pass; what its stages had done is undone."""

    name = "document.failed"
    stage: str
    code: str
    reason: str
    failure_class: str
    attempts: int
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(Event):
    """The owner asked for the document to be erased."""

    name = "document.deleted"
    reason: str


@dataclass(frozen=True, kw_only=True)
class DocumentReprocessRequested(Event):
    """A new run starts from one stage."""

    name = "document.reprocess-requested"
    from_stage: str
    run: int


@dataclass(frozen=True, kw_only=True)
class DocumentCorrected(Event):
    """A person knows better; corrections win over what the stages find."""

    name = "document.corrected"
    by: str
    category: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)


EVENTS: dict[str, type[Event]] = {
    event.name: event
    for event in (
        DocumentUploaded,
        DocumentClassified,
        DocumentExtracted,
        DocumentIndexed,
        DocumentFailed,
        DocumentDeleted,
        DocumentReprocessRequested,
        DocumentCorrected,
    )
}


def limited(warnings: tuple[DocumentWarning, ...]) -> tuple[DocumentWarning, ...]:
    """At most MAX_WARNINGS of them: the last one says how many were left out."""
    if len(warnings) <= MAX_WARNINGS:
        return warnings
    left_out = len(warnings) - MAX_WARNINGS + 1
    return (*warnings[: MAX_WARNINGS - 1], DocumentWarning(code="more-warnings", message=f"{left_out} more warnings"))
