"""Write an object of unknown length in constant memory."""

from collections.abc import Callable
from contextlib import suppress

from . import blobs
from .errors import Rejected, Unavailable

PART_BYTES = 8 * 1024 * 1024


class Writer:
    """Write an object of unknown length in constant memory, one part at a time.

    As a context manager it is aborted unless the block completes; else call complete or abort. After abort, which may
    be called twice, what is written is forgotten.
    """

    def __init__(self, key: str, media_type: Callable[[], str]) -> None:
        self.key = key
        self._media_type = media_type
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._etags: list[str] = []

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= PART_BYTES:
            self._send(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]

    def _send(self, part: bytes) -> None:
        with blobs.translated(self.key):
            if self._upload_id is None:
                answer = blobs.client().create_multipart_upload(
                    Bucket=blobs.bucket(), Key=self.key, ContentType=self._media_type()
                )
                self._upload_id = answer["UploadId"]
            number = len(self._etags) + 1
            sent = blobs.client().upload_part(
                Bucket=blobs.bucket(), Key=self.key, UploadId=self._upload_id, PartNumber=number, Body=part
            )
            self._etags.append(sent["ETag"])

    def complete(self) -> None:
        if self._upload_id is None:
            blobs.write(self.key, bytes(self._buffer), self._media_type())
            return
        if self._buffer:
            self._send(bytes(self._buffer))
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(self._etags, 1)]
        with blobs.translated(self.key):
            blobs.client().complete_multipart_upload(
                Bucket=blobs.bucket(),
                Key=self.key,
                UploadId=self._upload_id,
                MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
            )

    def abort(self) -> None:
        """Never raises Unavailable: parts that cannot be reached now are the store's to expire."""
        upload_id, self._upload_id = self._upload_id, None
        self._buffer.clear()
        if upload_id is not None:
            with suppress(Unavailable, Rejected), blobs.translated(self.key):
                blobs.client().abort_multipart_upload(Bucket=blobs.bucket(), Key=self.key, UploadId=upload_id)
