"""The events of a document and the CloudEvents envelope that carries them; pure.

Envelope: CloudEvents 1.0 with the extensions correlationid, causationid, sequence, run, tenant, traceparent.
An event id is derived from its cause, so a repeated delivery makes the same event again.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID, uuid5

from .errors import Rejected
from .model import Alternative, DocumentWarning
from .schemas import validate

EVENT_NAMESPACE = UUID("3f0a2f0e-6f2b-5c5e-9a55-6d1f5b3f8f11")
CONTENT_TYPE = "application/cloudevents+json"
MAX_WARNINGS = 50
MAX_EVENT_BYTES = 65_536


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
        known = {each.name for each in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


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
    category: str
    confidence: float
    method: str
    alternatives: tuple[Alternative, ...] = ()
    language: str = "und"
    text_sample_key: str | None = None
    warnings: tuple[DocumentWarning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DocumentExtracted(Event):
    """Text, structure and fields are in the object store."""

    name = "document.extracted"
    text_key: str
    structure_key: str
    fields_key: str
    evidence_key: str
    pages: int
    warnings: tuple[DocumentWarning, ...] = ()


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

NESTED: dict[str, Any] = {"alternatives": Alternative, "warnings": DocumentWarning}

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Envelope(Generic[E]):
    """One event with its identity and its place in the history; subject is the document id."""

    id: UUID
    source: str
    subject: UUID
    time: datetime
    correlation_id: UUID
    causation_id: str
    sequence: int
    run: int
    tenant: str
    traceparent: str | None
    data: E

    @property
    def name(self) -> str:
        return self.data.name


def event_id(document_id: UUID, run: int, name: str, causation_id: str) -> UUID:
    """RFC 4122 version 5 over document, run, type and cause: nothing random, nothing timed."""
    return uuid5(EVENT_NAMESPACE, f"{document_id}|{run}|{name}|{causation_id}")


def limited(warnings: tuple[DocumentWarning, ...]) -> tuple[DocumentWarning, ...]:
    """At most MAX_WARNINGS of them: the last one says how many were left out."""
    if len(warnings) <= MAX_WARNINGS:
        return warnings
    left_out = len(warnings) - MAX_WARNINGS + 1
    return (*warnings[: MAX_WARNINGS - 1], DocumentWarning(code="more-warnings", message=f"{left_out} more warnings"))


def attributes(envelope: Envelope[Event]) -> dict[str, str]:
    """The CloudEvents context attributes, as they stand in the body and, with ce-, in the headers."""
    names = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": envelope.source,
        "type": envelope.data.type(),
        "subject": str(envelope.subject),
        "time": envelope.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "datacontenttype": "application/json",
        "dataschema": f"https://docstream.dev/schemas/{envelope.name}/{envelope.data.version}.json",
        "correlationid": str(envelope.correlation_id),
        "causationid": envelope.causation_id,
        "sequence": f"{envelope.sequence:010d}",
        "run": str(envelope.run),
        "tenant": envelope.tenant,
    }
    return names | ({"traceparent": envelope.traceparent} if envelope.traceparent else {})


def render(envelope: Envelope[Event]) -> bytes:
    """The one rendering of an event: function and relay publish the same bytes."""
    body = attributes(envelope) | {"data": json.loads(json.dumps(envelope.data.to_data()))}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(body: bytes, *expected: type[E]) -> Envelope[E]:
    """Read a structured CloudEvent.

    Raises Rejected(malformed-event) when it is no CloudEvent of an expected type, Rejected(schema-invalid) when its
    data does not match the schema of its version.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise Rejected("malformed-event", f"the event has {len(body)} bytes, the limit is {MAX_EVENT_BYTES}")
    try:
        message = json.loads(body)
        kind = next(each for each in expected if each.type() == message["type"])
        validate(kind.name, message["dataschema"].rsplit("/", 1)[1].removesuffix(".json"), message["data"])
        return Envelope(
            id=UUID(message["id"]),
            source=message["source"],
            subject=UUID(message["subject"]),
            time=datetime.fromisoformat(message["time"]),
            correlation_id=UUID(message["correlationid"]),
            causation_id=message["causationid"],
            sequence=int(message["sequence"]),
            run=int(message["run"]),
            tenant=message["tenant"],
            traceparent=message.get("traceparent"),
            data=from_data(kind, message["data"]),
        )
    except StopIteration as error:
        names = " or ".join(each.type() for each in expected)
        raise Rejected("malformed-event", f"the type is {message['type']!r}, expected {names}") from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Rejected("malformed-event", f"not a CloudEvent of ours: {type(error).__name__} {error}") from error


def from_data(kind: type[E], data: dict[str, Any]) -> E:
    """The event from the data of an envelope or of a stored row."""
    nested = {key: tuple(NESTED[key](**each) for each in data[key]) for key in NESTED.keys() & data.keys()}
    tuples = {key: tuple(value) for key, value in data.items() if isinstance(value, list) and key not in nested}
    return kind.from_data(data | nested | tuples)
