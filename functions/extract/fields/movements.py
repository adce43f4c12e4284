"""Rows that begin with a date and hold an amount: the movements of an account; pure."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import amounts, dates
from .amounts import AmountFound
from .lines import Line
from .totals import CENT

DATE_WITHIN = 12
"""Characters before the date that opens a movement."""

_BALANCE_HEADING = re.compile(r"\b(?:balance|saldo|solde|kontostand)\b", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(
    r"^\W{0,2}(\d{1,2}[./-]\d{1,2}\.?|\d{1,2} [A-Z][a-zäé]{2,3}|[A-Z][a-z]{2} \d{1,2})(?=[\s;,])"
)
_NO_MOVEMENT = re.compile(
    r"\b(?:balance|saldo|solde|kontostand)\b.{0,30}\b(?:brought|carried|forward|opening|closing|alt|neu|initial|final)"
    r"|\b(?:opening|closing|beginning|ending|alter|neuer) (?:balance|saldo|kontostand)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One row before the columns are told apart: found are its amounts, left to right."""

    line: Line
    date: str
    description: str
    found: tuple[AmountFound, ...]


def read(lines: Sequence[Line], days_first: bool) -> tuple[Sequence[Movement], bool]:
    """The movements, and whether their last column is a running balance."""
    found = [made for line in lines if (made := _movement(line, days_first))]
    headed = any(_BALANCE_HEADING.search(line.text) and len(line.segments) >= 3 for line in lines[:80])
    return found, bool(found) and (headed or _running(found))


def is_movement(line: Line) -> bool:
    return _movement(line, days_first=True) is not None


def _movement(line: Line, days_first: bool) -> Movement | None:
    text = line.text
    if _NO_MOVEMENT.search(text):
        return None
    when = next(iter(dates.find(text[:40], days_first=days_first)), None)
    short = _DAY_AND_MONTH.match(text)
    if when and when.start <= DATE_WITHIN:
        date, end = when.value, when.end
    elif short:
        date, end = short[1], short.end()
    else:
        return None
    found = tuple(each for each in amounts.find(text[end:]) if each.cents)
    if not found:
        return None
    words = text[end : end + found[0].start]
    value_date = next((each for each in dates.find(words[:20], days_first=days_first) if each.start <= 3), None)
    words = words[value_date.end :] if value_date else words
    return Movement(line=line, date=date, description=" ".join(words.split()).strip(" ,;|$€£+-"), found=found)


def _running(movements: Sequence[Movement]) -> bool:
    """Is the last column a running balance? Told by what the rows add up to, where no heading says so."""
    pairs = [(a, b) for a, b in itertools.pairwise(movements) if len(b.found) >= 2]
    right = sum(abs(abs(b.found[-1].value - a.found[-1].value) - abs(b.found[-2].value)) <= CENT for a, b in pairs)
    return bool(pairs) and right * 2 > len(pairs)
