"""What classify looks at: facts beside the text, the embedding of its beginning, and the sample it keeps."""

import json
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pipeline import blobs, embeddings
from pipeline.isolated.second_chance import with_second_chance
from pipeline.lightmodel.model import shipped
from pipeline.model import Document
from pipeline.pages import pages_to_json
from pipeline.reading import Sample

from . import child
from .child import Look
from .classify import SAMPLE_CHARS
from .evidence import Evidence, of_pages, words_of_pages

log = logging.getLogger(__name__)

MAIL = frozenset({"message/rfc822", "application/vnd.ms-outlook"})


def warm_up() -> None:
    """Load what every decision needs."""
    child.warm_up()
    shipped()
    embeddings.warm_up()


def look_at(document: Document, run: int, path: Path) -> Look:
    """Raises Rejected, Busy, Unavailable."""
    too_slow = blobs.run_key(document.tenant, document.id, run, "too-slow/classify")
    looking = partial(child.look, path, document.media_type, document.filename, chars=SAMPLE_CHARS)
    return with_second_chance(too_slow, looking)


def evidence_of(look: Look, media_type: str) -> Evidence:
    return Evidence(
        xml_root=look.xml_root,
        email_headers=media_type in MAIL,
        pages=look.sample.page_count,
        page_shape=of_pages(look.sample.pages),
        page_words=words_of_pages(look.sample.pages),
    )


def embedding_of(text: str) -> Sequence[float] | None:
    """None without text or without a model: the other votes decide alone."""
    if not text.strip():
        return None
    try:
        return [float(each) for each in embeddings.embed([text])[0]]
    except embeddings.ModelMissing as error:
        log.warning("no embedding", extra={"action": "embed", "cause": error.reason})
        return None


def keep_sample(document: Document, run: int, sample: Sample) -> str:
    """Store what was looked at, for extract to use again; returns the key."""
    key = blobs.run_key(document.tenant, document.id, run, "sample.json")
    content = {
        "text": sample.text,
        "ocr_used": sample.ocr_used,
        "pages": pages_to_json(sample.pages) if sample.ocr_used else [],
    }
    blobs.write(key, json.dumps(content, ensure_ascii=False).encode(), "application/json")
    return key
