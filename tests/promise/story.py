"""A small kept promise in memory, for the tests of the checker: indexed and reprocessed, failed, deleted."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from pipeline import documents
from pipeline.envelope import Envelope, event_id
from pipeline.event_store import ERASED, Position, Stored
from pipeline.events import (
    DocumentClassified,
    DocumentDeleted,
    DocumentExtracted,
    DocumentFailed,
    DocumentIndexed,
    DocumentReprocessRequested,
    Event,
)
from pipeline.model import Document
from pipeline.projection import project
from tests.factories import uploaded
from tests.promise.evidence import Entry, Evidence
from tests.promise.history import Operation

STAGES = {"document.classified": "classify", "document.extracted": "extract", "document.indexed": "index"}


class Story:
    """Tells events as the product would record them, and keeps what they bring about."""

    def __init__(self) -> None:
        self.events: list[Stored] = []
        self.inbox: list[tuple[str, UUID]] = []
        self.documents: dict[UUID, Document] = {}
        self.objects: dict[str, str] = {}
        self.entries: dict[str, Entry] = {}
        self.letters: list[dict[str, Any]] = []
        self.operations: list[Operation] = []

    def upload(self, content: bytes) -> UUID:
        digest = hashlib.sha256(content).hexdigest()
        told = uploaded(sha256=digest, size=len(content))
        operation = Operation(kind="upload", sha256=digest, key=str(uuid4()))
        operation.succeeded(str(told.subject))
        self.operations.append(operation)
        self.objects[told.data.original_key] = digest
        self._record(told)
        return told.subject

    def tell(self, document_id: UUID, event: Event, *, cause: str = "", run: int = 0, source: str = "") -> str:
        """The next event, caused by the one before unless cause says otherwise; returns its id."""
        document = self.documents[document_id]
        stage = STAGES.get(event.name)
        cause, run = cause or str(self._last(document_id).row["id"]), run or document.run
        envelope = replace(
            uploaded(),
            id=event_id(document_id, run, event.name, cause),
            source=source or f"/functions/{stage}",
            subject=document_id,
            correlation_id=document.correlation_id,
            causation_id=cause,
            sequence=document.sequence + 1,
            run=run,
            data=event,  # type: ignore[arg-type]
        )
        if stage and not source:
            self.inbox.append((stage, UUID(cause)))
        self._record(envelope)
        return str(envelope.id)

    def finish(self, document_id: UUID) -> None:
        """From uploaded to indexed, with objects and two entries."""
        keys: dict[str, Any] = {
            f"{name}_key": self._object(document_id, name) for name in ("text", "structure", "fields", "evidence")
        }
        sample = self._object(document_id, "sample")
        self.tell(
            document_id,
            DocumentClassified(category="letter", confidence=0.8, method="rules", text_sample_key=sample),
        )
        self.tell(document_id, DocumentExtracted(**keys, pages=1))
        self.index(document_id)

    def index(self, document_id: UUID) -> None:
        self.tell(document_id, DocumentIndexed(chunks=2))
        run = self.documents[document_id].run
        self.entries = {name: each for name, each in self.entries.items() if each.document_id != str(document_id)}
        for ordinal in range(2):
            self.entries[f"{document_id}.{run}.{ordinal}"] = Entry(
                document_id=str(document_id), run=run, ordinal=ordinal, digest="d"
            )

    def reindex(self, document_id: UUID) -> None:
        """As manage opens a run that begins at its last stage."""
        command = str(uuid4())
        run = self.documents[document_id].run + 1
        extracted = next(each.envelope.data for each in self.events if each.row["type"] == "document.extracted")
        manage: dict[str, Any] = {"cause": command, "run": run, "source": "/functions/manage"}
        self.tell(document_id, DocumentReprocessRequested(from_stage="index", run=run), **manage)
        self.tell(document_id, extracted, **manage)
        self.index(document_id)

    def fail(self, document_id: UUID) -> None:
        uploaded_id, letter = self._last(document_id).row["id"], uuid4()
        self.inbox += [("classify", uploaded_id), ("compensate", letter)]
        self.letters.append(
            {
                "id": letter,
                "document_id": document_id,
                "event_id": uploaded_id,
                "function": "classify",
                "attempt": 1,
                "resolved_at": None,
            }
        )
        event = DocumentFailed(stage="classify", code="corrupt", reason="broken", failure_class="rejected", attempts=1)
        self.tell(document_id, event, cause=str(letter), source="/functions/compensate")

    def delete(self, document_id: UUID) -> None:
        run = self.documents[document_id].run + 1
        source = "/functions/manage"
        deleted = self.tell(document_id, DocumentDeleted(reason="asked"), cause=str(uuid4()), run=run, source=source)
        self.inbox.append(("compensate", UUID(deleted)))
        self.objects = {key: digest for key, digest in self.objects.items() if str(document_id) not in key}
        self.entries = {name: each for name, each in self.entries.items() if each.document_id != str(document_id)}
        self.events = [
            replace(each, row=each.row | {"data": ERASED})
            if each.row["document_id"] == document_id and each.row["type"] != "document.deleted"
            else each
            for each in self.events
        ]
        told = documents.rebuilt([each for each in self.events if each.row["document_id"] == document_id])
        assert told is not None
        self.documents[document_id] = told

    def evidence(self) -> Evidence:
        return Evidence(
            operations=self.operations,
            documents=self.documents,
            events=self.events,
            unsent=frozenset(),
            inbox=self.inbox,
            dead_letters=self.letters,
            objects=self.objects,
            entries=self.entries,
            queues={"classify": 0, "parking": 0},
            read_model={str(each.id): each.state for each in self.documents.values()},
            seen=[(str(each.at), str(each.row["id"])) for each in self.events],
        )

    def _object(self, document_id: UUID, name: str) -> str:
        key = f"default/{document_id}/run-{self.documents[document_id].run}/{name}"
        self.objects[key] = "digest"
        return key

    def _last(self, document_id: UUID) -> Stored:
        return [each for each in self.events if each.row["document_id"] == document_id][-1]

    def _record(self, envelope: Envelope[Event]) -> None:
        place = len(self.events) + 1
        row = {
            "position": place,
            "xid": str(1000 + place),
            "id": envelope.id,
            "document_id": envelope.subject,
            "sequence": envelope.sequence,
            "run": envelope.run,
            "tenant": envelope.tenant,
            "type": envelope.name,
            "source": envelope.source,
            "schema_version": envelope.data.version,
            "traceparent": None,
            "causation_id": envelope.causation_id,
            "correlation_id": envelope.correlation_id,
            "data": envelope.data.to_data(),
            "occurred_at": envelope.time,
        }
        self.events.append(Stored(at=Position(xid=1000 + place, position=place), row=row))
        before = self.documents.get(envelope.subject)
        self.documents[envelope.subject] = project(before, envelope)
