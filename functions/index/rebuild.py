"""The search index, made anew from the stored documents while searches and writes go on.

Called again and again until it is done; what one call finished is kept, so a crash loses one batch. Two at once do the
same work twice and harm nothing.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline import embeddings, indexing
from pipeline.database import Row, fetch
from pipeline.documents import COLUMNS, from_row
from pipeline.embeddings import ModelMissing
from pipeline.errors import Continues, Rejected
from pipeline.model import Document
from pipeline.search import ask, swap

log = logging.getLogger(__name__)

BATCH = 20
"""Documents between two places that are kept."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one call did: the index it works on, documents written, those whose objects are gone.

    reached of total documents are over, those of earlier calls included.
    """

    index: str
    documents: int
    skipped: int
    reached: int
    total: int
    done: bool = False


def rebuild(*, seconds: float = 30) -> Progress:
    """Work for about this long, to the end of some chunks; done once only the new index is behind the alias.

    Raises Unavailable, ModelMissing where the vectors of the index in use would be lost.
    """
    if not embeddings.available() and ask.holds_vectors():
        raise ModelMissing("the index has vectors, and no embedding model is installed here to make them again")
    deadline = time.monotonic() + seconds
    new = swap.begin()
    after = swap.place(new)
    written_now = skipped = 0
    while batch := searchable(UUID(after) if after else None):
        with suppress(Continues):  # the next call goes on within the document
            for document in batch:
                fresh = written(document, new, seconds=max(0.0, deadline - time.monotonic()))
                written_now, skipped = written_now + fresh, skipped + (not fresh)
                after = str(document.id)
                if time.monotonic() > deadline:
                    break
        if after:
            swap.keep_place(new, after)
        if time.monotonic() > deadline:
            return Progress(index=new, documents=written_now, skipped=skipped, **counts(after))
    finish(new)
    return Progress(index=new, documents=written_now, skipped=skipped, **counts(after), done=True)


def counts(after: str | None) -> Row:
    statement = """
        SELECT count(*) FILTER (WHERE id <= %(after)s::uuid) AS reached, count(*) AS total
        FROM documents WHERE searchable_run IS NOT NULL
    """
    return fetch(statement, {"after": after})[0]


def searchable(after: UUID | None) -> list[Document]:
    """The next documents a search may show."""
    statement = f"""
        SELECT {COLUMNS} FROM documents
        WHERE searchable_run IS NOT NULL AND (%(after)s::uuid IS NULL OR id > %(after)s::uuid)
        ORDER BY id LIMIT %(limit)s
    """
    return [from_row(row) for row in fetch(statement, {"after": after, "limit": BATCH})]


def written(document: Document, index: str, *, seconds: float) -> bool:
    """Write the entries of the searchable run; False when it was deleted meanwhile.

    Raises Continues when so many seconds are up and chunks are left.
    """
    kept, run = document.searchable, document.searchable_run
    if run is None or not kept.get("text_key") or not kept.get("fields_key"):
        return False
    as_indexed = replace(document, category=kept.get("category"), language=kept.get("language"))
    try:
        content = indexing.read(as_indexed, run, text_key=kept["text_key"], fields_key=kept["fields_key"])
        indexing.write(content, into=index, first=indexing.written(content, into=index), seconds=seconds)
    except Rejected as error:
        log.warning("not indexed", extra={"action": "skip", "document_id": str(document.id), "reason": error.reason})
        return False
    return True


def finish(new: str) -> None:
    """Swap, and take along what the stages wrote to the old index meanwhile."""
    swap.join(new)
    for old in [each for each in swap.in_use() if each != new]:
        while sum(taken_along(old, new, runs) for runs in swap.missing(old, new)):
            pass
        swap.retire(old)


def taken_along(old: str, new: str, runs: Sequence[str]) -> int:
    """Copy the runs that are live; the entries of the others end with the old index."""
    wanted = live(runs)
    swap.copy(old, new, wanted)
    return len(wanted)


def live(runs: Sequence[str]) -> list[str]:
    """Those that are searchable or on their way, of `<document_id>.<run>`."""
    statement = """
        SELECT id::text || '.' || run AS run FROM documents WHERE id = ANY(%(ids)s::uuid[]) AND state <> 'deleted'
        UNION SELECT id::text || '.' || searchable_run FROM documents
        WHERE id = ANY(%(ids)s::uuid[]) AND searchable_run IS NOT NULL
    """
    rows = fetch(statement, {"ids": [run.rpartition(".")[0] for run in runs]})
    present = {row["run"] for row in rows}
    return [run for run in runs if run in present]
