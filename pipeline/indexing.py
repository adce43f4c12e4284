"""The stored text and fields of one run of a document become entries of the search index."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from . import blobs, embeddings
from .chunks import Chunk, chunked, rough_spans
from .embeddings import Vectors
from .errors import Continues
from .fields import corrected, corrections_of
from .model import Document, DocumentWarning
from .search import index, values
from .search.entry import Entry

SLICE = 64
"""Chunks that are embedded and written together."""
WORK_SECONDS = 90
"""After this much work a long document is continued by the next call."""

ALIKE = 0.9
"""Cosine from which a passage says what an earlier one says: rows of a table, pages of a log.

Such a passage is found by its words, and its document by the meaning of the earlier one. Hundreds of vectors alike trap
a search in the graph of vectors, which then misses what is nearer.
"""

WITHOUT_MEANING = DocumentWarning(
    code="embedding-missing", message="no embedding model is installed: only keywords find this document"
)


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a run of a document is found by."""

    document: Document
    run: int
    chunks: Sequence[Chunk]
    fields: dict[str, Any]


def read(document: Document, run: int, *, text_key: str, fields_key: str) -> Content:
    """Raises Rejected(corrupt) when an object is gone, Unavailable."""
    markdown = blobs.read(text_key).decode()
    spans = embeddings.token_spans if embeddings.available() else rough_spans
    stored = json.loads(blobs.read(fields_key))
    return Content(
        document=document,
        run=run,
        # A document without text is still found by its name and its fields.
        chunks=chunked(markdown, spans) or [Chunk(text="", page=None)],
        fields=corrected(stored, corrections_of(document)),
    )


def write(content: Content, *, into: str | None = None, first: int = 0, seconds: float | None = None) -> None:
    """Embed and write the chunks from number first on. Raises Continues when so many seconds are up, Unavailable."""
    started = time.monotonic()
    for start in range(first, len(content.chunks), SLICE):
        if seconds is not None and start > first and time.monotonic() - started > seconds:
            raise Continues(f"{start} of {len(content.chunks)} chunks are indexed")
        index.put(entries(content, start, start + SLICE), into=into)


def written(content: Content, *, into: str | None = None) -> int:
    """How many chunks an earlier call has finished, in whole slices."""
    return index.count(content.document.id, content.run, of=into) // SLICE * SLICE


def entries(content: Content, start: int, stop: int) -> list[Entry]:
    """The entries of some chunks, with vectors where there is a model."""
    chunks = content.chunks[start:stop]
    found, shown = values.searchable(content.fields), values.shown(content.fields)
    document = content.document
    names = [document.filename, *(each.keyword for each in found)]
    title = PurePosixPath(document.filename).stem
    vectors: Sequence[Sequence[float] | None] = [None] * len(chunks)
    if embeddings.available():
        vectors = distinct(embeddings.embed([chunk.passage or title for chunk in chunks]))
    return [
        Entry(
            document_id=document.id,
            run=content.run,
            ordinal=start + number,
            tenant=document.tenant,
            filename=document.filename,
            created_at=document.created_at,
            text=chunk.text,
            page=chunk.page,
            heading=chunk.heading,
            category=document.category,
            language=document.language,
            names=names,
            fields=found,
            shown=shown,
            model=embeddings.model_name(),
            vector=vectors[number],
        )
        for number, chunk in enumerate(chunks)
    ]


def distinct(vectors: Vectors) -> list[list[float] | None]:
    """Each unit vector that is unlike those before it, None in the place of the others."""
    kept: list[int] = []
    for number, vector in enumerate(vectors):
        if not kept or float((vectors[kept] @ vector).max()) < ALIKE:
            kept.append(number)
    return [vector.tolist() if number in kept else None for number, vector in enumerate(vectors)]


def warnings() -> tuple[DocumentWarning, ...]:
    """What every document indexed by this process lacks."""
    return () if embeddings.available() else (WITHOUT_MEANING,)
