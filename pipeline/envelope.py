"""The CloudEvents envelope that carries an event; pure.

CloudEvents 1.0, structured JSON, with the extensions correlationid, causationid, sequence, run, tenant, traceparent.
An event id is derived from its cause, so a repeated delivery makes the same event again.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid5

from . import rfc3339
from .errors import Rejected
from .events import Event
from .upcasting import checked, type_of

EVENT_NAMESPACE = UUID("3f0a2f0e-6f2b-5c5e-9a55-6d1f5b3f8f11")
CONTENT_TYPE = "application/cloudevents+json"
MAX_EVENT_BYTES = 65_536

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


def attributes(envelope: Envelope[Event]) -> dict[str, str]:
    """The CloudEvents context attributes, as they stand in the body and, with ce-, in the headers."""
    names = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": envelope.source,
        "type": envelope.data.type(),
        "subject": str(envelope.subject),
        "time": rfc3339.text(envelope.time),
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
    body = attributes(envelope) | {"data": envelope.data.to_data()}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(body: bytes, *expected: type[E]) -> Envelope[E]:
    """Read a structured CloudEvent of this version or of another one that can be read.

    Raises Rejected(malformed-event) when it is no CloudEvent of an expected type, Rejected(schema-invalid) when its
    data does not match the schema of its version, Rejected(future-version) when only a later release knows it.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise Rejected("malformed-event", f"the event has {len(body)} bytes, the limit is {MAX_EVENT_BYTES}")
    try:
        message = json.loads(body)
        version = message["dataschema"].rsplit("/", 1)[1].removesuffix(".json")
        kind = next(each for each in expected if type_of(each, version) == message["type"])
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
            data=checked(kind, version, message["data"]),
        )
    except StopIteration as error:
        names = " or ".join(each.type() for each in expected)
        raise Rejected("malformed-event", f"the type is {message['type']!r}, expected {names}") from error
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Rejected("malformed-event", f"not a CloudEvent of ours: {type(error).__name__} {error}") from error
