"""Conversion in a child process, where Docling lives."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from pathlib import Path

from pipeline.isolated.keeper import Keeper
from pipeline.pages import Page, pages_to_json

from . import models
from .converted import Converted, Limits, from_json

__all__ = ["Converted", "Limits", "convert", "warm_up"]

RESIDENT_BYTES = 1_200_000_000


def most_resident() -> int:
    """Of a child that may go on; Docling's own models take more than that to begin with."""
    return RESIDENT_BYTES if models.folder() is None else models.RESIDENT_BYTES


@cache
def _keeper() -> Keeper:
    return Keeper(f"{__package__}.worker", most_resident)


def warm_up() -> None:
    """Begin the child in the background, so that the first document does not wait for it."""
    _keeper().warm_up()


def convert(
    path: Path,
    *,
    media_type: str,
    limits: Limits,
    first: int = 1,
    last: int | None = None,
    known: Iterable[Page] = (),
    spool: Path | None = None,
) -> Converted:
    """Convert the pages first to last of a document; of formats without pages, all of it.

    known are pages whose rows OCR has read before. Attachments are written to the folder spool, by default the one of
    path. Raises Rejected: encrypted, corrupt, empty-file, unsupported-type, converter-missing, too-many-pages,
    page-too-large, image-too-large, archive-too-large, conversion-timeout, conversion-memory; Busy, Unavailable, or
    MissingSetting where Docling's models are wanted and missing.
    """
    models.check()
    request = {
        "path": str(path.resolve()),
        "media_type": media_type,
        "limits": asdict(limits),
        "first": first,
        "last": last,
        "known": pages_to_json(known),
        "spool": str((spool or path.parent).resolve()),
    }
    return from_json(_keeper().ask(request, seconds=limits.seconds, memory_bytes=limits.memory_bytes))
