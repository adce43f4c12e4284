"""One file on its way into the object store: hashed, limited and recognised as it passes, in constant memory."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from pipeline import blobs
from pipeline.blob_writer import Writer
from pipeline.errors import BadRequest, RequestError, TooLarge, UnsupportedType
from pipeline.mediatype import EDGE_BYTES, OLE_DIRECTORY_BYTES, Glimpse, media_type, needs_all, ole_directory

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Stored:
    key: str
    media_type: str
    size: int
    sha256: str


class Sink:
    """Call write, then finish or discard, from any thread but one at a time.

    A content that is refused is read to its end, since other files may follow; nothing of it is stored.
    """

    def __init__(self, tenant: str, document_id: UUID, filename: str, *, limit: int, keep: bool) -> None:
        self.key = blobs.original_key(tenant, document_id)
        self.refusal: RequestError | None = None
        self._filename, self._limit = filename, limit
        self._writer = Writer(self.key, lambda: self._media_type or UNKNOWN) if keep else None
        self._media_type: str | None = None
        self._hash = hashlib.sha256()
        self._size = 0
        self._head = bytearray()
        self._tail = b""
        self._directory = bytearray()
        self._completing = False

    def write(self, block: bytes) -> None:
        """Raises Unavailable; TooLarge when a file goes on and on after it was refused."""
        start, self._size = self._size, self._size + len(block)
        if self._size > self._limit and self.refusal is None:
            self._refuse(TooLarge(f"the file is larger than {self._limit} bytes, the limit of MAX_UPLOAD_BYTES"))
        if self.refusal is not None:
            if self._size > 2 * self._limit:
                raise self.refusal
            return
        self._hash.update(block)
        self._look(block, start)
        if self._writer is not None and self.refusal is None:
            self._writer.write(block)

    def finish(self) -> Stored | None:
        """Complete the object; None when the content is refused."""
        if self.refusal is None and self._size <= 1 and not bytes(self._head).strip():
            self._refuse(BadRequest("the file is empty", code="empty-file"))
        if self.refusal is None and self._media_type is None:
            self._recognise()
        if self.refusal is not None or self._media_type is None:
            return None
        if self._writer is not None:
            self._completing = True
            self._writer.complete()
        return Stored(key=self.key, media_type=self._media_type, size=self._size, sha256=self._hash.hexdigest())

    def discard(self) -> None:
        """Take everything back; raises Unavailable, and what is left then is an orphan, which is swept later."""
        if self._writer is not None:
            self._writer.abort()
        if self._completing:
            blobs.delete(self.key)

    def _look(self, block: bytes, start: int) -> None:
        self._head += block[: max(0, EDGE_BYTES - len(self._head))]
        self._tail = (self._tail + block)[-EDGE_BYTES:] if len(block) < EDGE_BYTES else block[-EDGE_BYTES:]
        directory = ole_directory(bytes(self._head[:64]))
        if directory is not None:
            self._directory += block[max(0, directory - start) : max(0, directory + OLE_DIRECTORY_BYTES - start)]
        if self._media_type is None and len(self._head) == EDGE_BYTES and not needs_all(bytes(self._head[:8])):
            self._recognise()

    def _recognise(self) -> None:
        seen = Glimpse(head=bytes(self._head), tail=self._tail, directory=bytes(self._directory))
        try:
            self._media_type = media_type(seen, self._filename)
        except UnsupportedType as refusal:
            self._refuse(refusal)

    def _refuse(self, refusal: RequestError) -> None:
        self.refusal = refusal
        if self._writer is not None:
            self._writer.abort()
