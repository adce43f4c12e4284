"""The first text of a document, cheaply and without a converter; its embedded files; pictures of its pages."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from pipeline import pdf, pictures
from pipeline.errors import Rejected
from pipeline.legible import noisy, unreadable
from pipeline.pages import Page
from pipeline.rows import rows_of, rows_of_text

PDF = "application/pdf"
PAGE_POINTS = 14_400
"""The longest side of a page that a PDF may have by its standard."""

_FIRST_PAGES = 3
_OCR_SCALE = 2.0
_OCR_PIXELS = 4_000_000
_PICTURE_PIXELS = 16_000_000
MOST_EMBEDDED = 100
"""Files inside a PDF that are looked at."""
_FEW_CHARS = 16
"""A page with fewer characters and a picture on it is a scan."""
_MOSTLY_DRAWN = 0.5


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the first pages say. embedded names the files inside: an invoice's XML, a mail's attachments."""

    text: str
    pages: tuple[Page, ...]
    page_count: int
    ocr_used: bool = False
    embedded: tuple[str, ...] = ()


def first_pages(path: Path, media_type: str, filename: str, *, chars: int) -> Sample:
    """At most so many characters of text, with the rows of the pages they stand on.

    Raises Rejected "empty-file", "encrypted", "corrupt", "image-too-large", "archive-too-large", "unsupported-type".
    """
    check_not_empty(path)
    if media_type == PDF:
        return _of_pdf(path, chars)
    if media_type.startswith("image/"):
        return _of_picture(path, chars)
    from pipeline import flowing  # a function that only shows pages does without its parsers

    text, embedded = flowing.first_text(path, media_type, chars=chars)
    text = text.encode(errors="replace").decode()  # mails hold bytes that are no text
    page = Page(number=1, width=0, height=0, rows=rows_of_text(text), source="text" if text.strip() else "none")
    return _sample((page,), chars, page_count=1, embedded=embedded)


def check_not_empty(path: Path) -> None:
    """Raises Rejected "empty-file"."""
    size = path.stat().st_size
    if size == 0 or (size == 1 and not path.read_bytes().strip()):
        raise Rejected("empty-file", "the file is empty")


def pdf_attachments(path: Path, *, max_bytes: int = 50_000_000) -> list[tuple[str, bytes]]:
    """Name and content of the files embedded in a PDF. Raises Rejected "encrypted" or "corrupt"."""
    with pdf.opened(path) as document:
        return pdf.embedded(document, limit=MOST_EMBEDDED, max_bytes=max_bytes)


def page_picture(path: Path, page: int, *, scale: float) -> bytes:
    """A PNG of one page of a PDF or picture, counted from 1; scale is in pixels to the point (to the pixel).

    Raises Rejected "corrupt", also where there is no such page, "encrypted", "image-too-large".
    """
    with path.open("rb") as stream:
        is_pdf = b"%PDF-" in stream.read(1024)
    if is_pdf:
        with pdf.opened(path) as document:
            return pictures.png(pdf.rendered(document, page, scale=scale, max_pixels=_PICTURE_PIXELS))
    with pictures.opened(path) as picture:
        frame = pictures.upright(picture, page)
        frame.thumbnail((round(frame.width * scale) or 1, round(frame.height * scale) or 1))
        return pictures.png(frame)


def _of_pdf(path: Path, chars: int) -> Sample:
    with pdf.opened(path) as document:
        pages, length = [], 0
        for number in range(1, min(len(document), _FIRST_PAGES) + 1):
            page = _pdf_page(document, number)
            pages.append(page)
            length += len(page.text)
            if length >= chars:
                break
        names, count = pdf.embedded_names(document, limit=MOST_EMBEDDED), len(document)
    return _sample(tuple(pages), chars, page_count=count, embedded=names)


def _pdf_page(document: object, number: int) -> Page:
    pdf.check_page(document, number, max_points=PAGE_POINTS, max_pixels=pictures.PIXELS)
    sheet = pdf.sheet(document, number)
    if number == 1 and _is_scan(sheet):
        scan = pdf.rendered(document, number, scale=_OCR_SCALE, max_pixels=_OCR_PIXELS)
        return _read_picture(scan, number, sheet.width, sheet.height)
    return Page(
        number=number,
        width=sheet.width,
        height=sheet.height,
        rows=rows_of(sheet.cells, width=sheet.width, height=sheet.height),
        source="text" if sheet.cells else "none",
    )


def _is_scan(sheet: pdf.Sheet) -> bool:
    """Is the page a picture without a text layer worth reading?"""
    text = " ".join(cell.text for cell in sheet.cells)
    if sheet.drawn == 0:
        return False
    return len(text) < _FEW_CHARS or unreadable(text) or (sheet.drawn >= _MOSTLY_DRAWN and noisy(text))


def _of_picture(path: Path, chars: int) -> Sample:
    with pictures.opened(path) as picture:
        count = pictures.frames(picture)
        frame = pictures.upright(picture, 1)
    return _sample((_read_picture(frame, 1, frame.width, frame.height),), chars, page_count=count)


def _read_picture(picture: Image.Image, number: int, width: float, height: float) -> Page:
    from pipeline import ocr

    read = ocr.read(picture, scale=picture.width / width)
    if read.turned in (90, 270):
        width, height = height, width
    rows = rows_of(read.cells, width=width, height=height)
    return Page(
        number=number,
        width=width,
        height=height,
        rows=rows,
        source="ocr",
        turned=read.turned,
        illegible=read.illegible,
    )


def _sample(pages: tuple[Page, ...], chars: int, *, page_count: int, embedded: tuple[str, ...] = ()) -> Sample:
    return Sample(
        text="\n".join(page.text for page in pages)[:chars],
        pages=pages,
        page_count=page_count,
        ocr_used=any(page.source == "ocr" for page in pages),
        embedded=embedded,
    )
