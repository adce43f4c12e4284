"""Title and identifiers of papers, reports, manuals and slides; pure."""

import re

from .context import Context, Described
from .kinds import Read
from .labels import Candidate
from .lines import Spot, spots
from .values import FieldValue

HEAD_LINES = 12

_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>{}]{2,80})", re.IGNORECASE)
_ARXIV = re.compile(r"\barxiv ?: ?(\d{4}\.\d{4,5}|[a-z\-]{2,10}(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)


def title(context: Context, _: Described) -> FieldValue | None:
    """The tallest of the first lines that has words; formats without places: the first."""
    head = [spot for line in context.read[:HEAD_LINES] for spot in spots(line) if sum(map(str.isalpha, spot.text)) > 7]
    if not head:
        return None
    best = max(head, key=lambda spot: round(_height(spot), 3))
    text = best.text.strip(" #*\t")
    at = best.text.find(text)
    return Candidate(
        read=Read(value=text[:200], start=at, end=at + len(text)), spot=best, score=0.5, label=""
    ).to_value()


def doi(context: Context, _: Described) -> FieldValue | None:
    return _matched(_DOI, context)


def arxiv(context: Context, _: Described) -> FieldValue | None:
    return _matched(_ARXIV, context)


def _height(spot: Spot) -> float:
    return spot.segment.box[3] - spot.segment.box[1] if spot.box else 0.0


def _matched(pattern: re.Pattern[str], context: Context) -> FieldValue | None:
    for line in context.read:
        for spot in spots(line):
            found = pattern.search(spot.text)
            if found:
                value = Read(
                    value=found[1].rstrip(".,;)"),
                    start=found.start(1),
                    end=found.start(1) + len(found[1].rstrip(".,;)")),
                )
                return Candidate(read=value, spot=spot, score=0.9, label="").to_value()
    return None
