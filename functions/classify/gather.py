"""What classify looks at: facts beside the text, the embedding of its beginning, and the sample it keeps."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from pipeline import blobs, embeddings, reading
from pipeline.lightmodel.model import shipped
from pipeline.model import Document
from pipeline.reading import Sample

from .classify import Decision
from .evidence import Evidence, of_pages, words_of_pages

log = logging.getLogger(__name__)

MAIL = frozenset({"message/rfc822", "application/vnd.ms-outlook"})


def warm_up() -> None:
    """Load what every decision needs."""
    shipped()
    embeddings.warm_up()


def evidence_of(path: Path, media_type: str, sample: Sample) -> Evidence:
    return Evidence(
        xml_root=embedded_root(path, sample) if media_type == reading.PDF else None,
        email_headers=media_type in MAIL,
        pages=sample.page_count,
        page_shape=of_pages(sample.pages),
        page_words=words_of_pages(sample.pages),
    )


def embedded_root(path: Path, sample: Sample) -> str | None:
    """The local name of the root of the first XML file inside a PDF, as electronic invoices carry one."""
    if not any(name.lower().endswith(".xml") for name in sample.embedded):
        return None
    for name, content in reading.pdf_attachments(path):
        if name.lower().endswith(".xml"):
            try:
                return str(fromstring(content).tag).rsplit("}", 1)[-1]
            except (ParseError, DefusedXmlException, ValueError):
                continue
    return None


def embedding_of(text: str) -> Sequence[float] | None:
    """None without text or without a model: the other votes decide alone."""
    if not text.strip():
        return None
    try:
        return [float(each) for each in embeddings.embed([text])[0]]
    except embeddings.ModelMissing as error:
        log.warning("no embedding", extra={"action": "embed", "cause": error.reason})
        return None


def keep_sample(document: Document, run: int, sample: Sample, decision: Decision) -> str:
    """Store what was looked at and why it was decided so; returns the key."""
    key = blobs.run_key(document.tenant, document.id, run, "sample.json")
    content = {
        "text": sample.text,
        "ocr_used": sample.ocr_used,
        "pages": [asdict(page) for page in sample.pages] if sample.ocr_used else [],
        "reasons": decision.reasons,
    }
    blobs.write(key, json.dumps(content, ensure_ascii=False).encode(), "application/json")
    return key
