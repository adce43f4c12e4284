"""PDFs and pictures: converted by Docling with our engines, page by page, each page with its rows."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from docling.datamodel.base_models import Page as DoclingPage

from pipeline.legible import unreadable
from pipeline.model import DocumentWarning
from pipeline.ocr import Reading
from pipeline.pages import Page, Turn
from pipeline.reading import PDF, pdf_attachments
from pipeline.rows import Cell, rows_of

from . import converter
from .clusters import PlacedCell, cells_of
from .converted import Converted, Limits
from .markdown import markdown_of_pages, structure_of
from .precheck import check
from .scan import Scan

XML_BYTES = 20_000_000
_START = 200
"""Bytes in which markup begins."""


def convert(
    path: Path,
    media_type: str,
    limits: Limits,
    *,
    first: int,
    last: int | None,
    known: Mapping[int, Reading],
) -> Converted:
    """path ends in the suffix of its type; known holds the pages that OCR has read before.

    Raises Rejected.
    """
    count = check(path, media_type, limits, first=first, last=last)
    scan = Scan(
        path=path,
        is_pdf=media_type == PDF,
        budget=limits.ocr_pages,
        image_pixels=limits.image_pixels,
        known=known,
    )
    outcome = converter.document_of(path, first=first, last=min(count, last or count), scan=scan)
    converted = {page.page_no: page for page in outcome.result.pages if page.size is not None}
    numbers = range(first, min(count, last or count) + 1)
    pages = tuple(
        _page(number, converted.get(number), outcome.cells.get(number), turned=scan.turned.get(number, 0))
        for number in numbers
    )
    document = outcome.result.document
    return Converted(
        markdown=markdown_of_pages(document, furniture=False),
        structure=structure_of(document),
        pages=pages,
        warnings=tuple(_warnings(pages, scan, outcome.failed, outcome.partial)),
        attachments=(),
        embedded=_embedded(path) if media_type == PDF and first == 1 else (),
        engine=converter.engine(),
        page_count=count,
    )


def _embedded(path: Path) -> tuple[tuple[str, bytes], ...]:
    """The XML among the files inside a PDF: electronic invoices carry their data so."""
    files = pdf_attachments(path, max_bytes=XML_BYTES)
    return tuple((name, content) for name, content in files if b"<" in content[:_START])


def _page(number: int, page: DoclingPage | None, cells: Sequence[Cell] | None, *, turned: Turn) -> Page:
    if page is None or page.size is None:
        return Page(number=number, width=0, height=0, rows=(), source="none")
    width, height = page.size.width, page.size.height
    rows = rows_of(cells_of(page) if cells is None else cells, width=width, height=height)
    return Page(number=number, width=width, height=height, rows=rows, source=_source(page), turned=turned)


def _source(page: DoclingPage) -> Literal["text", "ocr", "mixed", "none"]:
    read = sum(isinstance(cell, PlacedCell) for cell in page.cells)
    if not page.cells:
        return "none"
    return "ocr" if read == len(page.cells) else "mixed" if read else "text"


def _warnings(pages: Sequence[Page], scan: Scan, failed: frozenset[int], partial: bool) -> Iterator[DocumentWarning]:
    for number in sorted(scan.unread):
        yield DocumentWarning(code="page-unread", message="more pages than OCR may read in one document", page=number)
    for number in sorted(failed):
        yield DocumentWarning(code="page-unread", message="the page could not be converted", page=number)
    if partial and not failed:
        yield DocumentWarning(code="partial-conversion", message="a part of the document could not be converted")
    for number in sorted(scan.empty):
        yield DocumentWarning(code="ocr-empty", message="OCR found no text on the page", page=number)
    for page in pages:
        if unreadable(page.text):
            yield DocumentWarning(
                code="script-unsupported", message="the letters of the page cannot be told", page=page.number
            )
    for number in sorted(scan.illegible):
        yield DocumentWarning(
            code="script-unsupported",
            message="OCR does not know the script of the page, or it is too poor to read",
            page=number,
        )
    if not any(page.rows for page in pages):
        yield DocumentWarning(code="no-text", message="the document holds no text")
