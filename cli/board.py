"""What is known of the documents that are followed, from their events; pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .live import Message

STATES = {
    "document.uploaded": "uploaded",
    "document.classified": "classified",
    "document.extracted": "extracted",
    "document.indexed": "indexed",
    "document.failed": "failed",
    "document.deleted": "deleted",
}
TERMINAL = frozenset({"indexed", "failed", "deleted"})


@dataclass(kw_only=True)
class Followed:
    """One document; run is the one that counts, stage the one at work."""

    document_id: str
    filename: str = ""
    run: int = 1
    state: str = "sent"
    stage: str | None = None
    category: str | None = None
    confidence: float | None = None
    pages: int | None = None
    chunks: int | None = None
    parent_id: str | None = None
    correlation_id: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    failure: dict[str, Any] | None = None
    first: datetime | None = None
    last: datetime | None = None

    @property
    def terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def seconds(self) -> float | None:
        """From the first event of the run to the last one."""
        return (self.last - self.first).total_seconds() if self.first and self.last else None


class Board:
    def __init__(self) -> None:
        self.documents: dict[str, Followed] = {}

    def finished(self, *, document: str | None = None, correlation: str | None = None) -> bool:
        """Has every document ended, or those that one feed shows?"""
        return all(
            each.terminal
            for each in self.documents.values()
            if document in (None, each.document_id) and correlation in (None, each.correlation_id)
        )

    @property
    def failed(self) -> list[Followed]:
        return [each for each in self.documents.values() if each.state == "failed"]

    def expect(self, document: Followed) -> Followed:
        """Wait for this document to end its run; earlier runs are history."""
        return self.documents.setdefault(document.document_id, document)

    def apply(self, message: Message) -> Followed | None:
        """The document that moved, or None when nothing of interest happened."""
        if message.event == "document.progress":
            return self._working(message.data)
        event, subject = message.data, str(message.data["subject"])
        followed = self.documents.setdefault(subject, Followed(document_id=subject))
        followed.correlation_id = event["correlationid"]
        run = int(event["run"])
        if message.event == "document.uploaded":
            followed.filename = event["data"]["filename"]
            followed.parent_id = event["data"].get("parent_id")
        if run < followed.run:
            return None
        if run > followed.run:
            followed.run, followed.first, followed.warnings, followed.failure = run, None, [], None
        self._move(followed, message.event, event)
        return followed

    def _working(self, data: dict[str, Any]) -> Followed | None:
        followed = self.documents.get(str(data.get("document_id")))
        if followed is None or followed.terminal or data.get("run", followed.run) != followed.run:
            return None
        followed.stage = data.get("stage")
        return followed

    def _move(self, followed: Followed, name: str, event: dict[str, Any]) -> None:
        data = event["data"]
        followed.state = STATES.get(name, "sent")
        followed.stage = None
        followed.last = datetime.fromisoformat(event["time"])
        followed.first = followed.first or followed.last
        followed.category = data.get("category", followed.category)
        followed.confidence = data.get("confidence", followed.confidence)
        followed.pages = data.get("pages", followed.pages)
        followed.chunks = data.get("chunks", followed.chunks)
        followed.warnings += [each for each in data.get("warnings", []) if each not in followed.warnings]
        if name == "document.failed":
            followed.failure = {key: data.get(key) for key in ("stage", "code", "reason")}
