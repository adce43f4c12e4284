"""Markdown and structure of Docling documents. Nothing is escaped: whoever shows it escapes it.

Each page, sheet or slide begins with a line `<!-- page N -->`.
"""

import re

from docling_core.transforms.serializer.markdown import MarkdownDocSerializer, MarkdownParams
from docling_core.types.doc.common.content_layer import ContentLayer
from docling_core.types.doc.document import DoclingDocument
from docling_core.types.doc.items.node import DocItem
from docling_core.types.doc.items.picture.picture import PictureItem
from docling_core.types.doc.items.table.table import TableItem
from docling_core.types.doc.items.text import ListItem, SectionHeaderItem, TextItem, TitleItem

from .marks import page_mark, table

_BLANK_LINES = re.compile(r"\n{3,}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_VALID = re.compile(r"-|\d+\.")
"""Markers of a list item in Markdown."""


def markdown_of_pages(document: DoclingDocument, *, furniture: bool) -> str:
    """Of a document with pages, page after page; furniture are headers and footers that repeat."""
    layers = {ContentLayer.BODY, ContentLayer.FURNITURE} if furniture else {ContentLayer.BODY}
    serializer = MarkdownDocSerializer(doc=document, params=_params(layers))
    page, listed = 0, False
    parts: list[str] = []
    for item, _ in document.iterate_items(included_content_layers=layers):
        text = _text(item, serializer) if isinstance(item, DocItem) else ""
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


def _text(item: DocItem, serializer: MarkdownDocSerializer) -> str:
    if isinstance(item, TableItem):
        return table([[cell.text for cell in row] for row in item.data.grid])
    if isinstance(item, TitleItem):
        return f"# {item.text}"
    if isinstance(item, SectionHeaderItem):
        return f"{'#' * min(item.level + 1, 6)} {item.text}"
    if isinstance(item, ListItem):
        marker = item.marker if any(c.isalnum() for c in item.marker) else "-"
        return f"{marker} {item.text}" if _VALID.fullmatch(marker) else f"- {marker} {item.text}"
    if isinstance(item, PictureItem):
        return _COMMENT.sub("", serializer.serialize(item=item).text).strip()
    return item.text if isinstance(item, TextItem) else ""


def markdown_of(document: DoclingDocument) -> str:
    """Of a document without pages that declares its structure, with its headers and footers."""
    serializer = MarkdownDocSerializer(doc=document, params=_params({ContentLayer.BODY, ContentLayer.FURNITURE}))
    return _BLANK_LINES.sub("\n\n", _COMMENT.sub("", serializer.serialize().text)).strip() + "\n"


def structure_of(document: DoclingDocument) -> str:
    """Docling's own JSON."""
    return document.model_dump_json(by_alias=True, exclude_none=True)


def _params(layers: set[ContentLayer]) -> MarkdownParams:
    return MarkdownParams(
        layers=layers, image_placeholder="", escape_underscores=False, escape_html=False, compact_tables=True
    )
