"""Labelled documents: a folder for each category, with documents of any kind in it, and below."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import mediatype, reading
from ..errors import PipelineError
from .features import SAMPLE_CHARS


@dataclass(frozen=True, kw_only=True)
class Labelled:
    category: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A document that nothing can be learned from, and why."""

    path: Path
    reason: str


def read(folder: Path) -> Iterator[Labelled | Unread]:
    """In the order of the names; hidden files are passed over."""
    for path in sorted(folder.glob("*/**/*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in parts):
            yield _read(path, parts[0])


def _read(path: Path, category: str) -> Labelled | Unread:
    try:
        media_type = mediatype.of_content(path.read_bytes(), path.name)
        text = reading.first_pages(path, media_type, path.name, chars=SAMPLE_CHARS).text
    except PipelineError as error:
        return Unread(path=path, reason=error.reason)
    return Labelled(category=category, text=text) if text.strip() else Unread(path=path, reason="it holds no text")
