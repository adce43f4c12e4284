"""Bank, holder and period of an account statement; pure."""

import re

from . import dates, parties
from .context import Context, Described
from .kinds import Read
from .labels import Candidate
from .lines import Line, spots
from .values import FieldValue

_BANK = re.compile(
    r"bank\b|credit union|sparkasse|volksbank|banque|banco|banca\b|caisse|building society", re.IGNORECASE
)
_PERIOD = re.compile(
    r"\b(?:period|from|for|zeitraum|vom|von|période|du|periodo|desde|dal|periode|statement dates?|between|through|to"
    r"|bis|au|al)\b|[-–—]",
    re.IGNORECASE,
)


def bank(context: Context, _: Described) -> FieldValue | None:
    """The first name that sounds like a bank."""
    for line in context.read:
        for spot in spots(line):
            candidate = parties.named_at(spot, 0.6)
            if candidate and _BANK.search(candidate.read.value) and len(candidate.read.value) < 60:
                return candidate.to_value()
    return None


def addressee(context: Context, described: Described) -> FieldValue | None:
    """A labelled holder, else the head of the first address block that is no bank."""
    labelled = [
        each
        for each in parties.labelled(described.get("x-labels", ()), context.read[:40])
        if not _BANK.search(each.read.value)
    ]
    blocks = [each for each in parties.addressees(context.read) if not _BANK.search(each.read.value)]
    best = next(iter([*labelled, *blocks]), None)
    return best.to_value() if best else None


def period_start(context: Context, _: Described) -> FieldValue | None:
    found = _period(context)
    return found[0].to_value() if found else None


def period_end(context: Context, _: Described) -> FieldValue | None:
    found = _period(context)
    return found[1].to_value() if found else None


def _period(context: Context) -> tuple[Candidate, Candidate] | None:
    """The first line with two dates joined by a word or a dash of a period."""
    for line in context.read:
        found = _dates_of(line, context.days_first)
        if len(found) >= 2 and found[0].read.value < found[1].read.value and _PERIOD.search(line.text):
            return found[0], found[1]
    return None


def _dates_of(line: Line, days_first: bool) -> list[Candidate]:
    return [
        Candidate(read=Read(value=each.value, start=each.start, end=each.end), spot=spot, score=0.7, label="")
        for spot in spots(line)
        for each in dates.find(spot.text, days_first=days_first)
    ]
