"""One document becomes Markdown, structure and rows; runs in the child process."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.errors import Rejected
from pipeline.flowing import EXCEL_97
from pipeline.mail import OUTLOOK
from pipeline.ocr import Reading
from pipeline.pages import Page
from pipeline.reading import PDF
from pipeline.rows import Cell

from . import declared, libreoffice, paged, plain
from .converted import Converted, Limits
from .precheck import check

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

_PAGED = {
    PDF: "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
    "image/bmp": "bmp",
    "image/webp": "webp",
    "image/gif": "gif",
}
_DECLARED = {
    f"{_OOXML}wordprocessingml.document": "docx",
    f"{_OOXML}wordprocessingml.template": "docx",
    f"{_OOXML}spreadsheetml.sheet": "xlsx",
    f"{_OOXML}spreadsheetml.template": "xlsx",
    f"{_OOXML}presentationml.presentation": "pptx",
    f"{_OOXML}presentationml.slideshow": "pptx",
    f"{_OOXML}presentationml.template": "pptx",
    f"{_ODF}text": "odt",
    f"{_ODF}spreadsheet": "ods",
    f"{_ODF}presentation": "odp",
    "text/html": "html",
    "text/markdown": "md",
    "text/csv": "csv",
}
_LEGACY = {
    "application/msword": ("doc", "docx"),
    "application/rtf": ("rtf", "docx"),
    "text/rtf": ("rtf", "docx"),
    "application/vnd.ms-powerpoint": ("ppt", "pptx"),
}
_PLAIN = {"text/plain": plain.text, "application/xml": plain.xml, "text/xml": plain.xml, EXCEL_97: plain.workbook}


def convert(
    path: Path,
    *,
    media_type: str,
    limits: Limits,
    spool: Path,
    first: int = 1,
    last: int | None = None,
    known: Iterable[Page] = (),
) -> Converted:
    """Convert the pages first to last (of formats without pages everything); attachments go to the folder spool.

    known are pages whose rows OCR has read before. Raises Rejected.
    """
    with tempfile.TemporaryDirectory() as folder:
        if media_type in _PAGED:
            linked = _linked(path, Path(folder), _PAGED[media_type])
            return paged.convert(linked, media_type, limits, first=first, last=last, known=_readings(known))
        if media_type in _DECLARED:
            return declared.convert(path, media_type, _DECLARED[media_type], limits)
        if media_type in _LEGACY:
            return _legacy(path, media_type, limits, Path(folder))
        if media_type in ("message/rfc822", OUTLOOK):
            return plain.letter(path, media_type, limits, spool)
        if media_type in _PLAIN:
            return _PLAIN[media_type](path, media_type, limits)
    raise Rejected("unsupported-type", f"documents of type {media_type} cannot be read")


def _legacy(path: Path, media_type: str, limits: Limits, folder: Path) -> Converted:
    """By LibreOffice where it is installed, else as plain text, with a warning."""
    check(path, media_type, limits)
    program = libreoffice.program()
    if program is None:
        return plain.legacy_text(path, media_type)
    before, after = _LEGACY[media_type]
    carried = libreoffice.carried_over(_linked(path, folder, before), after, folder, by=program)
    return declared.convert(carried, media_type, after, limits)


def _linked(path: Path, folder: Path, suffix: str) -> Path:
    """The same file under a name that tells its type."""
    link = folder / f"document.{suffix}"
    link.symlink_to(path.resolve())
    return link


def _readings(pages: Iterable[Page]) -> Mapping[int, Reading]:
    """Cells from the rows that OCR read; they keep their rows on a skewed page too."""
    read = (page for page in pages if page.source == "ocr")
    return {
        page.number: Reading(cells=tuple(_page_cells(page)), turned=page.turned, illegible=page.illegible)
        for page in read
    }


def _page_cells(page: Page) -> Iterable[Cell]:
    for row in page.rows:
        boxes = [segment.box for segment in row.segments]
        level = sum(box[1] + box[3] for box in boxes) / (2 * len(boxes)) * page.height
        for segment, (left, top, right, bottom) in zip(row.segments, boxes, strict=True):
            yield Cell(
                text=segment.text,
                left=left * page.width,
                top=top * page.height,
                right=right * page.width,
                bottom=bottom * page.height,
                level=level,
                height=(bottom - top) * page.height,
                ocr=True,
            )
