"""A long document page range by page range: each is kept, so that a call that runs out of time is not lost.

A range has as many pages as fit into RANGE_SECONDS at the speed of the one before. Once CALL_SECONDS are over a call
begins no other, and at LAST_SECONDS it gives up the one in work, unless it is its first; it asks to be called again.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline import blobs, settings
from pipeline.envelope import Envelope
from pipeline.errors import Continues, Rejected
from pipeline.events import DocumentClassified
from pipeline.isolated.second_chance import with_second_chance
from pipeline.model import Document
from pipeline.pages import Page, pages_from_json
from pipeline.reading import PDF
from pipeline.stage import tell

from . import child, models
from .converted import Converted, Limits, from_json, to_json

FIRST_PAGES = 4
MOST_PAGES = 50
RANGE_SECONDS = 20.0
CALL_SECONDS = 50.0
LAST_SECONDS = 95.0
"""With the wait for the child it stays below exec_timeout in stack.yml; so does the time of one whole conversion."""
PAGED = frozenset({PDF, "image/tiff"})
FOLDER = "ranges/"
"""Of the ranges that are kept; another name for another shape, so that no deployment meets ranges it cannot read."""


def next_pages(pages: int, seconds: float) -> int:
    """How many pages the next range should have after one of so many pages took so long."""
    return max(1, min(MOST_PAGES, pages * 4, int(pages * RANGE_SECONDS / max(seconds, 0.01))))


def merged(parts: Sequence[Converted]) -> Converted:
    """The whole from its ranges; structures stand side by side."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return replace(
        first,
        markdown="\n\n".join(part.markdown for part in parts),
        structure=f'{{"ranges": [{", ".join(part.structure for part in parts)}]}}',
        pages=tuple(page for part in parts for page in part.pages),
        warnings=tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)),
    )


def limits() -> Limits:
    allowed = settings.limits()
    return Limits(
        pages=allowed.pages,
        ocr_pages=allowed.ocr_pages,
        page_points=allowed.page_points,
        image_pixels=allowed.image_pixels,
        archive_bytes=allowed.archive_bytes,
        attachments=allowed.attachments,
        memory_bytes=Limits.memory_bytes if models.folder() is None else models.MEMORY_BYTES,
    )


def converted_in_ranges(document: Document, classified: Envelope[DocumentClassified], path: Path) -> Converted:
    """The whole document; raises Rejected, or Continues after CALL_SECONDS with some ranges kept."""
    known = sampled_pages(document)
    too_slow = blobs.run_key(document.tenant, document.id, classified.run, "too-slow/extract")
    if document.media_type not in PAGED:
        return with_second_chance(too_slow, lambda: converted(document, path, limits(), known))
    started = time.monotonic()
    folder = blobs.run_key(document.tenant, document.id, classified.run, FOLDER)
    parts = [from_json(json.loads(blobs.read(key))) for key in blobs.keys(folder)]
    size, before = len(parts[-1].pages) if parts else FIRST_PAGES, len(parts)
    while not parts or len_of(parts) < parts[0].page_count:
        begun = time.monotonic()
        following = partial(next_range, document, path, parts, size, known)
        if len(parts) == before:
            parts.append(with_second_chance(too_slow, partial(following, limits())))
        else:
            parts.append(in_time_left(following, parts, begun - started))
        if len(parts) > 1 or len_of(parts) < parts[0].page_count:
            keep(folder, parts)
            tell("extract", classified, status="reading", page=len_of(parts), pages=parts[0].page_count)
        size = next_pages(len(parts[-1].pages), time.monotonic() - begun)
    return merged(parts)


def in_time_left(following: Callable[[Limits], Converted], parts: Sequence[Converted], spent: float) -> Converted:
    """The range after those that are read; raises Continues where too little is left of the call for it."""
    progress = f"{len_of(parts)} of {parts[0].page_count} pages are read"
    if spent > CALL_SECONDS:
        raise Continues(progress)
    try:
        return following(replace(limits(), seconds=LAST_SECONDS - spent))
    except Rejected as refusal:
        if refusal.code != "conversion-timeout":
            raise
        raise Continues(progress) from refusal


def next_range(
    document: Document, path: Path, parts: Sequence[Converted], size: int, known: Sequence[Page], allowed: Limits
) -> Converted:
    """The pages after those that are read; what earlier ranges have left of the pages OCR may read."""
    first = len_of(parts) + 1
    left = replace(allowed, ocr_pages=max(0, allowed.ocr_pages - read_by_ocr(parts)))
    return converted(document, path, left, known, first=first, last=first + size - 1)


def converted(
    document: Document, path: Path, allowed: Limits, known: Sequence[Page], *, first: int = 1, last: int | None = None
) -> Converted:
    return child.convert(
        path,
        media_type=document.media_type,
        limits=allowed,
        first=first,
        last=last,
        known=known,
    )


def keep(folder: str, parts: Sequence[Converted]) -> None:
    """Store the last range under its page numbers, so that keys sort as pages do."""
    last = len_of(parts)
    key = f"{folder}{last - len(parts[-1].pages) + 1:06d}-{last:06d}.json"
    blobs.write(key, json.dumps(to_json(parts[-1])).encode(), "application/json")


def len_of(parts: Sequence[Converted]) -> int:
    return sum(len(part.pages) for part in parts)


def read_by_ocr(parts: Sequence[Converted]) -> int:
    return sum(page.source in ("ocr", "mixed") for part in parts for page in part.pages)


def sampled_pages(document: Document) -> tuple[Page, ...]:
    """The pages classify has read by OCR; reading them once is enough."""
    if document.text_sample_key is None:
        return ()
    return pages_from_json(json.loads(blobs.read(document.text_sample_key))["pages"])
