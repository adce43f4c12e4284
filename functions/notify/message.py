"""What a watcher receives, as bytes of Server-Sent Events and as JSON for a WebSocket; pure."""

import json
from dataclasses import dataclass
from uuid import UUID

from pipeline.envelope import render
from pipeline.event_store import Position, Stored

PING = b": ping\n\n"
PROGRESS = "document.progress"


def opening(at: Position) -> bytes:
    """The first frame: it carries no data, so it sets the client's cursor without an event."""
    return f"retry: 3000\nid: {at}\n\n".encode()


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What one watcher wants: its tenant's events, of one document, of one correlation, or all."""

    tenant: str
    document: UUID | None = None
    correlation: UUID | None = None

    def wants(self, tenant: str, document: UUID, correlation: UUID) -> bool:
        return tenant == self.tenant and self.document in (None, document) and self.correlation in (None, correlation)

    def columns(self) -> dict[str, str | UUID]:
        """The columns of the table events that pick the same."""
        wanted = {"tenant": self.tenant, "document_id": self.document, "correlation_id": self.correlation}
        return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Note:
    """One event on its way to a watcher; progress has no place in the stream and no id."""

    at: Position | None
    name: str
    body: bytes

    def sse(self) -> bytes:
        """WHATWG HTML 9.2: the body holds no line break, so one data line carries it."""
        identity = f"id: {self.at}\n" if self.at else ""
        return f"{identity}event: {self.name}\ndata: ".encode() + self.body + b"\n\n"

    def websocket(self) -> str:
        return json.dumps({"id": str(self.at) if self.at else None, "event": self.name, "data": json.loads(self.body)})


def note(stored: Stored) -> Note:
    envelope = stored.envelope
    return Note(at=stored.at, name=envelope.name, body=render(envelope))


def progress_note(body: bytes) -> tuple[Note, dict[str, str]]:
    """A progress message with the names a topic is matched by; raises ValueError when it is not ours."""
    content = json.loads(body)
    names = {name: str(content.get(name)) for name in ("tenant", "document_id", "correlation_id")}
    return Note(at=None, name=PROGRESS, body=json.dumps(content).encode()), names
