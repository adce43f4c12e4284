"""Documents are opened in a child process: what spins, starves or crashes there costs nothing but the document."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.isolated.keeper import Keeper
from pipeline.pages import pages_from_json
from pipeline.reading import Sample

SECONDS = 90.0
MEMORY_BYTES = 4 * 1024**3
"""Of address space; OCR of a page full of text maps three quarters of that, and touches less."""
RESIDENT_BYTES = 1_700_000_000
"""OCR of a page keeps that much for the next one."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the first pages say; xml_root is the local name of the root of the XML file inside a PDF."""

    sample: Sample
    xml_root: str | None


@cache
def _keeper() -> Keeper:
    return Keeper(f"{__package__}.worker", lambda: RESIDENT_BYTES)


def warm_up() -> None:
    """Begin the child in the background, so that the first document does not wait for it."""
    _keeper().warm_up()


def look(path: Path, media_type: str, filename: str, *, chars: int) -> Look:
    """Raises Rejected as reading.first_pages does, "conversion-timeout", "conversion-memory"; Busy or Unavailable."""
    request = {"path": str(path.resolve()), "media_type": media_type, "filename": filename, "chars": chars}
    found = _keeper().ask(request, seconds=SECONDS, memory_bytes=MEMORY_BYTES)
    told = found["sample"]
    lists = {"pages": pages_from_json(told["pages"]), "embedded": tuple(told["embedded"])}
    return Look(sample=Sample(**{**told, **lists}), xml_root=found["xml_root"])
