"""Markdown of Docling documents. Nothing is escaped: whoever shows it escapes it.

Each page, sheet or slide begins with a line `<!-- page N -->`.
"""

import re
from collections.abc import Iterator

from docling_core.transforms.serializer.base import SerializationResult
from docling_core.transforms.serializer.common import create_ser_result
from docling_core.transforms.serializer.markdown import MarkdownDocSerializer, MarkdownParams
from docling_core.types.doc.common.content_layer import ContentLayer
from docling_core.types.doc.document import DoclingDocument
from docling_core.types.doc.items.node import DocItem
from docling_core.types.doc.items.table.table import TableItem
from docling_core.types.doc.items.text import ListItem, SectionHeaderItem, TextItem

from .marks import page_mark, table

_BLANK_LINES = re.compile(r"\n{3,}")
_COMMENT = re.compile(r"<!--(?! page \d+ -->).*?-->", re.DOTALL)
_VALID = re.compile(r"-|\d+\.")
"""Markers of a list item in Markdown."""


def markdown_of_pages(document: DoclingDocument) -> str:
    """Of a document that our engines read: its body lies flat, page after page."""
    page, listed = 0, False
    parts: list[str] = []
    for item, _ in document.iterate_items(included_content_layers={ContentLayer.BODY}):
        text = _text(item, document) if isinstance(item, DocItem) else ""
        if not text:
            continue
        prov = getattr(item, "prov", None)
        if prov and prov[0].page_no > page:
            page = prov[0].page_no
            parts.append(f"\n\n{page_mark(page)}")
            listed = False
        parts.append(("\n" if listed and isinstance(item, ListItem) else "\n\n") + text)
        listed = isinstance(item, ListItem)
    return "".join(parts).strip() + "\n"


def _text(item: DocItem, document: DoclingDocument) -> str:
    if isinstance(item, TableItem):
        return table([[cell.text for cell in row] for row in item.data.grid])
    if isinstance(item, SectionHeaderItem):
        return f"{'#' * min(item.level + 1, 6)} {item.text}"
    if isinstance(item, ListItem):
        marker = item.marker if any(c.isalnum() for c in item.marker) else "-"
        return f"{marker} {item.text}" if _VALID.fullmatch(marker) else f"- {marker} {item.text}"
    return item.text if isinstance(item, TextItem) else ""


class _Paged(MarkdownDocSerializer):
    def serialize_doc(self, *, parts: list[SerializationResult], **kwargs: object) -> SerializationResult:
        text = "\n\n".join(part.text for part in parts if part.text)
        for mark, _previous, following in self._get_page_breaks(text=text):
            text = text.replace(mark, page_mark(following))
        return create_ser_result(text=text, span_source=parts)


def markdown_of(document: DoclingDocument) -> str:
    """Of a document that declares its structure, with its headers and footers."""
    layers = {ContentLayer.BODY, ContentLayer.FURNITURE}
    params = MarkdownParams(
        layers=layers,
        page_break_placeholder="",
        image_placeholder="",
        escape_underscores=False,
        escape_html=False,
        compact_tables=True,
    )
    text = _Paged(doc=document, params=params).serialize().text
    first = next(_pages(document, layers), None)
    marked = f"{page_mark(first)}\n\n{text}" if first else text
    return _BLANK_LINES.sub("\n\n", _COMMENT.sub("", marked)).strip() + "\n"


def _pages(document: DoclingDocument, layers: set[ContentLayer]) -> Iterator[int]:
    for item, _ in document.iterate_items(included_content_layers=layers):
        if isinstance(item, DocItem) and item.prov:
            yield item.prov[0].page_no
