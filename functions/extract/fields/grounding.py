"""Does the document show a value? Where, and in which words; pure."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from . import amounts, dates
from .kinds import Read
from .labels import Candidate
from .lines import Line, Spot, spots
from .values import FieldValue, Method

FOLDED_CHARS = 4
"""Shorter values stand everywhere once spaces are taken out."""


def grounded(
    value: str, kind: str, read: Sequence[Line], *, days_first: bool, method: Method, confidence: float
) -> FieldValue | None:
    """The value with its place, None where no line shows it.

    Dates and amounts are shown in any notation; everything else literally, case, spaces and punctuation aside.
    """
    for line in read:
        for spot in spots(line):
            at = _shown(value, kind, spot, days_first)
            if at:
                place = Candidate(
                    read=Read(value=value, start=at[0], end=at[1]), spot=spot, score=confidence, label=""
                ).to_value()
                return FieldValue(
                    value=value, page=place.page, quote=place.quote, box=place.box, method=method, confidence=confidence
                )
    return None


def folded(text: str) -> str:
    """Letters and digits only, in one case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def _shown(value: str, kind: str, spot: Spot, days_first: bool) -> tuple[int, int] | None:
    if kind == "date":
        either = [*dates.find(spot.text, days_first=days_first), *dates.find(spot.text, days_first=not days_first)]
        return next(((each.start, each.end) for each in either if each.value == value), None)
    if kind in ("amount", "total", "subtotal", "tax"):
        return _amount_shown(value, spot.text)
    literal = re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", spot.text, re.IGNORECASE)
    if literal:
        return literal.span()
    wanted = folded(value)
    return (0, len(spot.text)) if len(wanted) >= FOLDED_CHARS and wanted in folded(spot.text) else None


def _amount_shown(value: str, text: str) -> tuple[int, int] | None:
    try:
        wanted = Decimal(value)
    except InvalidOperation:
        return None
    return next(((each.start, each.end) for each in amounts.find(text) if abs(each.value) == abs(wanted)), None)
