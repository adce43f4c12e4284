"""What the client itself knows: what it asked for, and what it was told. No answer means unknown, never failed."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Kind = Literal["upload", "delete", "reprocess", "replay"]
Outcome = Literal["ok", "fail", "info"]


@dataclass(kw_only=True)
class Operation:
    """Invoked with outcome info; ok and fail are only set by an answer. key is an Idempotency-Key."""

    kind: Kind
    sha256: str | None = None
    key: str | None = None
    document_id: str | None = None
    duplicate: bool = False
    outcome: Outcome = "info"

    def succeeded(self, document_id: str, *, duplicate: bool = False) -> None:
        self.document_id, self.duplicate, self.outcome = document_id, duplicate, "ok"

    def failed(self) -> None:
        self.outcome = "fail"


class History:
    """Operations in the order of their invocation, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._operations: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        with self._lock:
            return iter(list(self._operations))

    def invoked(self, operation: Operation) -> Operation:
        with self._lock:
            self._operations.append(operation)
        return operation

    def uploading(self, content: bytes, key: str | None = None) -> Operation:
        return self.invoked(Operation(kind="upload", sha256=hashlib.sha256(content).hexdigest(), key=key))

    @contextmanager
    def asking(self, kind: Kind, document_id: str) -> Iterator[Operation]:
        yield self.invoked(Operation(kind=kind, document_id=document_id))
