"""Formats that declare their structure (Office, OpenDocument, HTML, Markdown, CSV): converted by Docling."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from docling.datamodel.base_models import DocumentStream
from docling_core.types.doc.common.content_layer import ContentLayer
from docling_core.types.doc.document import DoclingDocument
from docling_core.types.doc.items.node import NodeItem
from docling_core.types.doc.items.table.table import TableItem

from pipeline.decoding import decoded
from pipeline.model import DocumentWarning
from pipeline.pages import Page, Row
from pipeline.rows import row_of_texts, rows_of_text

from . import converter
from .converted import Converted, Limits
from .markdown import markdown_of, markdown_of_pages, structure_of
from .precheck import check

_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_LAYERS = {ContentLayer.BODY, ContentLayer.FURNITURE}
_DELIMITERS = ",;\t|"


def convert(path: Path, media_type: str, suffix: str, limits: Limits) -> Converted:
    """suffix names the format to Docling: docx, html, ... Raises Rejected."""
    check(path, media_type, limits)
    try:
        outcome = converter.document_of(_stream(path.read_bytes(), suffix))
    except converter.CommentsInside:
        outcome = converter.document_of(_stream(_without_comments(path), suffix))
    document = outcome.result.document
    pages = pages_of(document)
    warnings = [DocumentWarning(code="partial-conversion", message="a part of the document could not be converted")]
    empty = [DocumentWarning(code="no-text", message="the document holds no text")]
    return Converted(
        markdown=markdown_of_pages(document, furniture=True) if document.pages else markdown_of(document),
        structure=structure_of(document),
        pages=pages,
        warnings=(*(warnings if outcome.partial else ()), *(() if any(p.rows for p in pages) else empty)),
        attachments=(),
        engine=converter.engine(),
        page_count=len(pages),
    )


def _stream(data: bytes, suffix: str) -> DocumentStream:
    if suffix == "md":
        data = decoded(data).encode()
    elif suffix == "csv":
        data = _rectangular(decoded(data)).encode()
    return DocumentStream(name=f"document.{suffix}", stream=io.BytesIO(data))


def _rectangular(text: str) -> str:
    """The same table with commas and rows of one length."""
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:8192], delimiters=_DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    rows = [row for row in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in row)]
    width = max(map(len, rows), default=0)
    out = io.StringIO()
    csv.writer(out).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return out.getvalue()


def _without_comments(path: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            data = source.read(member)
            target.writestr(member, _COMMENT.sub(b"", data) if member.filename.endswith(".xml") else data)
    return out.getvalue()


def pages_of(document: DoclingDocument) -> tuple[Page, ...]:
    """The rows of the items in reading order; a sheet or a slide is a page, else the document is one."""
    rows: dict[int, list[Row]] = {number: [] for number in document.pages} or {1: []}
    number = min(rows)
    for item, _ in document.iterate_items(included_content_layers=_LAYERS):
        prov = getattr(item, "prov", None)
        number = prov[0].page_no if prov else number
        rows.setdefault(number, []).extend(_rows(item))
    sizes = {number: page.size for number, page in document.pages.items()}
    return tuple(
        Page(
            number=number,
            width=sizes[number].width if number in sizes else 0,
            height=sizes[number].height if number in sizes else 0,
            rows=tuple(found),
            source="text" if found else "none",
        )
        for number, found in sorted(rows.items())
    )


def _rows(item: NodeItem) -> Iterator[Row]:
    if isinstance(item, TableItem):
        for cells in item.data.grid:
            # A cell that spans several columns stands in each of them.
            texts = [cell.text for index, cell in enumerate(cells) if not index or cell is not cells[index - 1]]
            if (row := row_of_texts(texts)).segments:
                yield row
    elif text := getattr(item, "text", ""):
        yield from rows_of_text(text)
