"""Rows that begin with a date and hold an amount: the movements of an account; pure."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.checks import TOLERANCE
from pipeline.pages import GAP, Box

from . import amounts, dates
from .amounts import AmountFound
from .lines import Line, Spot

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
_UNIT = r"\W*(?:in )?(?:[a-z]{3}|amount|betrag)?\W*$"
_OUT = re.compile(
    r"^(?:withdrawals?|debits?|(?:paid|money|payments?) out|soll|lastschrift(?:en)?|belastung(?:en)?|ausgang|débits?"
    r"|débitos?|cargos?|debe|dare|addebiti|uscite|af)" + _UNIT,
    re.IGNORECASE,
)
_IN = re.compile(
    r"^(?:deposits?|credits?|(?:paid|money|payments?) in|haben|gutschrift(?:en)?|eingang|crédits?|créditos?|abonos?"
    r"|haber|avere|accrediti|entrate|bij)" + _UNIT,
    re.IGNORECASE,
)
_ONE_COLUMN = re.compile(r"^(?:amount|betrag|montant|importe|importo|bedrag)" + _UNIT, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One row: found are its amounts, left to right, by their characters in the text of the line.

    ways has for each of them -1 where it stands in a column of money that went out, 1 of money that came in, else 0.
    """

    line: Line
    date: str
    description: str
    found: tuple[AmountFound, ...]
    ways: tuple[int, ...] = ()


def read(lines: Sequence[Line], days_first: bool) -> tuple[Sequence[Movement], bool]:
    """The movements, and whether their last column is a running balance."""
    found = list(_movements(lines, days_first))
    headed = any(_BALANCE_HEADING.search(line.text) and len(line.segments) >= 3 for line in lines[:80])
    return found, bool(found) and (headed or _running(found))


def two_columns(lines: Sequence[Line]) -> bool:
    """Is money that went out headed apart from money that came in?"""
    return any(map(_heads_two, lines))


def _movements(lines: Sequence[Line], days_first: bool) -> Iterator[Movement]:
    heading: Line | None = None
    for line in lines:
        if _heads_two(line):
            heading = line
        elif any(_ONE_COLUMN.search(each.text) for each in line.segments):
            heading = None
        elif made := _movement(line, days_first):
            yield replace(made, ways=tuple(_way(line, each, heading) for each in made.found)) if heading else made


def _heads_two(line: Line) -> bool:
    texts = [each.text.strip() for each in line.segments]
    apart = any(map(_OUT.search, texts)) and any(map(_IN.search, texts))
    return apart and not _NO_MOVEMENT.search(line.text) and not amounts.find(line.text)


def _way(line: Line, amount: AmountFound, heading: Line) -> int:
    """-1 or 1 by the heading that stands above, or where there are no places is as far in a row as long; else 0."""
    spot, start = _spot(line, amount.start)
    box = spot.part(start, start + amount.end - amount.start)
    if box:
        above = min(heading.spots, key=lambda each: _distance(each.segment.box, box))
    elif len(line.spots) == len(heading.spots):
        above = heading.spots[spot.index]
    else:
        return 0
    return -1 if _OUT.search(above.text.strip()) else 1 if _IN.search(above.text.strip()) else 0


def _distance(heading: Box, box: Box) -> tuple[float, float]:
    """The gap between the two across the page, and how far they are from one edge or centre."""
    left, right = heading[0] - box[0], heading[2] - box[2]
    return max(0.0, heading[0] - box[2], box[0] - heading[2]), min(abs(left), abs(right), abs(left + right) / 2)


def _spot(line: Line, at: int) -> tuple[Spot, int]:
    """The segment that holds a character of the line, and which of its characters that is."""
    for spot in line.spots[:-1]:
        length = len(spot.segment.text) + len(GAP)
        if at < length:
            return spot, at
        at -= length
    return line.spots[-1], at


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
    found = tuple(
        replace(each, start=each.start + end, end=each.end + end) for each in amounts.find(text[end:]) if each.cents
    )
    if not found:
        return None
    words = text[end : found[0].start]
    value_date = next((each for each in dates.find(words[:20], days_first=days_first) if each.start <= 3), None)
    words = words[value_date.end :] if value_date else words
    return Movement(line=line, date=date, description=" ".join(words.split()).strip(" ,;|$€£+-"), found=found)


def _running(movements: Sequence[Movement]) -> bool:
    """Is the last column a running balance? Told by what the rows add up to, where no heading says so."""
    pairs = [(a, b) for a, b in itertools.pairwise(movements) if len(b.found) >= 2]
    right = sum(abs(abs(b.found[-1].value - a.found[-1].value) - abs(b.found[-2].value)) <= TOLERANCE for a, b in pairs)
    return bool(pairs) and right * 2 > len(pairs)
