"""What is refused before any conversion: passwords, damage, too many pages, pages and pictures too large, bombs."""

from pathlib import Path

from pipeline import office, pdf, pictures
from pipeline.errors import Rejected
from pipeline.flowing import OOXML, OPEN_DOCUMENT
from pipeline.reading import PDF, check_not_empty

from .converted import Limits

PAGE_CHARS = 2_500
"""Text without pages may be as long as the pages a document may have."""
LONGEST_CHAR = 4
"""Bytes, in any encoding."""
_TEXTS = frozenset({"text/plain", "text/markdown", "text/csv", "text/html", "application/xml", "text/xml"})
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_PROBE_BYTES = 8 * 1024 * 1024


def check(path: Path, media_type: str, limits: Limits, *, first: int = 1, last: int | None = None) -> int:
    """The number of pages, 1 for formats without pages. Pages first to last are looked at one by one.

    Raises Rejected "empty-file", "encrypted", "corrupt", "too-large", "too-many-pages", "page-too-large",
    "image-too-large" or "archive-too-large".
    """
    check_not_empty(path)
    if media_type == PDF:
        return _pdf(path, limits, first, last)
    if media_type.startswith("image/"):
        return _picture(path, limits)
    if media_type.startswith((OOXML, OPEN_DOCUMENT)):
        with office.opened(path, max_bytes=limits.archive_bytes):
            return 1
    if media_type in _TEXTS:
        _text(path, limits)
    _ole(path)
    return 1


def _text(path: Path, limits: Limits) -> None:
    """By its size alone: reading it takes many times as much memory."""
    size, most = path.stat().st_size, limits.pages * PAGE_CHARS
    if size > most * LONGEST_CHAR:
        raise Rejected("too-large", f"the text has {size} bytes, the limit is {most} characters")


def _pdf(path: Path, limits: Limits, first: int, last: int | None) -> int:
    with pdf.opened(path) as document:
        count = len(document)
        _check_count(count, limits)
        for number in range(first, min(count, last or count) + 1):
            pdf.check_page(document, number, max_points=limits.page_points, max_pixels=limits.image_pixels)
    return count


def _picture(path: Path, limits: Limits) -> int:
    with pictures.opened(path, max_pixels=limits.image_pixels) as picture:
        count = pictures.frames(picture)
    _check_count(count, limits)
    return count


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.pages:
        raise Rejected("too-many-pages", f"the document has {count} pages; at most {limits.pages} are allowed")


def _ole(path: Path) -> None:
    with path.open("rb") as stream:
        data = stream.read(_PROBE_BYTES)
    if data.startswith(office.OLE_SIGNATURE) and _PROTECTED in data:
        raise Rejected("encrypted", "the Office file asks for a password")
