"""What extract leaves in the object store for one run, under keys that a retry writes again."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipeline import blobs
from pipeline.model import Document, DocumentWarning
from pipeline.pages import Page, as_shown

from .converted import Converted
from .fields import Extraction
from .lines import around


def keep(
    document: Document,
    run: int,
    converted: Converted,
    extraction: Extraction,
    warnings: Sequence[DocumentWarning],
) -> dict[str, str]:
    """Write text, structure, fields and evidence; returns the four keys as the event names them.

    Boxes are stored as they lie on the pages that are shown.
    """
    evidence = {"engine": converted.engine, "warnings": [asdict(each) for each in warnings]}
    contents = {
        "text_key": ("text.md", converted.markdown.encode(), "text/markdown; charset=utf-8"),
        "structure_key": ("structure.json", structure_of(converted), "application/json"),
        "fields_key": ("fields.json", as_json(extraction.as_shown(converted.pages).to_json()), "application/json"),
        "evidence_key": ("evidence.json", as_json(evidence), "application/json"),
    }
    keys = {}
    for name, (filename, content, media_type) in contents.items():
        keys[name] = blobs.run_key(document.tenant, document.id, run, filename)
        blobs.write(keys[name], content, media_type)
    return keys


def structure_of(converted: Converted) -> bytes:
    """{engine, pages, docling}"""
    seen = as_json({"engine": converted.engine, "pages": [page_content(page) for page in converted.pages]})
    return seen.removesuffix(b"}") + b', "docling": ' + converted.structure.encode() + b"}"


def page_content(page: Page) -> dict[str, Any]:
    """{number, width, height, source, turned, rows: [{text, box}]}; a row's box spans its segments.

    width and height are of the page once it was turned to stand, boxes lie on the page as it is shown.
    """
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "turned": page.turned,
        "rows": [
            {
                "text": row.text,
                "box": list(as_shown(around(each.box for each in row.segments), page.turned)),
            }
            for row in page.rows
        ],
    }


def as_json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
