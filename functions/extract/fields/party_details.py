"""A party as a whole, {name, address?, vat_id?}, from the block that its name heads; pure."""

import re
from collections.abc import Sequence

from . import blocks, identifiers, names
from .context import Context, Described
from .lines import Line, Spot, box_of, spots
from .values import FieldValue

ADDRESS_LINES = 5
_NO_ADDRESS = re.compile(
    r"@|www\.|:|\b(?:tel|phone|fax|mobile|vat|ust|tva|iva|gst|siret|iban|bic|invoice|rechnung|facture|date|datum)\b"
    r"|\d[.,]\d\d\b",
    re.IGNORECASE,
)
_IN_ONE_LINE = re.compile(r"\s*[·•|*,]\s+|\s+[·•|*]\s*|\s+[-–—]\s+")


def party(context: Context, described: Described) -> FieldValue | None:
    """Who stands in the flat field that x-of names, with what the page says of them."""
    of = str(described["x-of"])
    found = context.found.get(of)
    if not isinstance(found, FieldValue) or not isinstance(found.value, str):
        return None
    headed = _headed(found, context.read)
    address = _address(headed, found.value)
    vat_id = context.known(f"{of}_vat_id") or _vat_id(headed)
    value = {"name": found.value, "address": ", ".join(address), "vat_id": vat_id}
    shown = headed[: 1 + len(address)]
    return FieldValue(
        value={name: each for name, each in value.items() if each},
        page=found.page,
        quote=_quote(shown) or found.quote,
        box=box_of(spot.segment for spot in shown) or found.box,
        confidence=found.confidence,
    )


def _headed(found: FieldValue, read: Sequence[Line]) -> tuple[Spot, ...]:
    """The segments from the name down, those of the same column."""
    for line in read:
        for spot in spots(line):
            here = line.page == found.page and bool(found.quote) and str(found.quote) in spot.text
            if here and (found.box is None or spot.box is None or abs(found.box[1] - spot.box[1]) < 0.001):
                return blocks.block_below(spot, read).spots
    return ()


def _address(headed: Sequence[Spot], name: str) -> tuple[str, ...]:
    """The lines below the name up to the postal code and the country, or what follows it on its own line."""
    if not headed:
        return ()
    beside = headed[0].text.partition(name)[2].strip(" ,·•|*-–—")
    parts = tuple(part.strip() for part in _IN_ONE_LINE.split(beside) if part.strip())
    if len(parts) >= 2 and blocks.has_postal_code(parts):
        return parts[:ADDRESS_LINES]
    lines: list[str] = []
    for spot in headed[1 : 1 + ADDRESS_LINES]:
        if _NO_ADDRESS.search(spot.text):
            break
        lines.append(" ".join(spot.text.split()).strip(" ,"))
    return tuple(lines) if blocks.has_postal_code(lines) or any(map(names.is_address, lines)) else ()


def _vat_id(headed: Sequence[Spot]) -> str:
    found = (identifiers.find_vat_id(spot.text) for spot in headed)
    return next((each[0] for each in found if each), "")


def _quote(shown: Sequence[Spot]) -> str:
    """The lines as the page has them; empty where another column stands beside them and parts them."""
    alone = all(len(spot.line.segments) == 1 for spot in shown)
    return "\n".join(spot.text for spot in shown) if alone else ""
