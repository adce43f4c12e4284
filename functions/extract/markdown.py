"""Markdown of Docling documents, each page after a line `<!-- page N -->`."""

import re
from typing import Any

from docling_core.transforms.serializer.base import SerializationResult
from docling_core.transforms.serializer.common import create_ser_result
from docling_core.transforms.serializer.markdown import MarkdownDocSerializer, MarkdownParams
from docling_core.types.doc.common.content_layer import ContentLayer
from docling_core.types.doc.document import DoclingDocument

from .marks import page_mark

_BLANK_LINES = re.compile(r"\n{3,}")
_COMMENT = re.compile(r"<!--(?! page \d+ -->).*?-->", re.DOTALL)


class _Paged(MarkdownDocSerializer):
    def serialize_doc(self, *, parts: list[SerializationResult], **kwargs: Any) -> SerializationResult:
        text = "\n\n".join(part.text for part in parts if part.text)
        for mark, _previous, following in self._get_page_breaks(text=text):
            text = text.replace(mark, page_mark(following))
        return create_ser_result(text=text, span_source=parts)


def markdown_of(document: DoclingDocument, *, furniture: bool) -> str:
    """The text of a document; furniture are the headers and footers that repeat on its pages.

    Nothing is escaped: whoever shows it escapes it.
    """
    layers = {ContentLayer.BODY, ContentLayer.FURNITURE} if furniture else {ContentLayer.BODY}
    params = MarkdownParams(
        layers=layers,
        page_break_placeholder="",
        image_placeholder="",
        escape_underscores=False,
        escape_html=False,
        compact_tables=True,
    )
    text = _Paged(doc=document, params=params).serialize().text
    first = _first_page(document, layers)
    marked = f"{page_mark(first)}\n\n{text}" if first else text
    return _BLANK_LINES.sub("\n\n", _COMMENT.sub("", marked)).strip() + "\n"


def _first_page(document: DoclingDocument, layers: set[ContentLayer]) -> int | None:
    items = document.iterate_items(included_content_layers=layers)
    return next((prov[0].page_no for item, _ in items if (prov := getattr(item, "prov", None))), None)
