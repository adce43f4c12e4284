"""The movements of an account statement, complete or flagged; pure."""

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import amounts, dates
from .amounts import AmountFound
from .context import Context, Described
from .lines import Line
from .passages import Passage
from .totals import CENT
from .values import FieldValue

DATE_WITHIN = 12
"""Characters before the date that opens a movement."""

ISO_CHARS = 10
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


def transactions(context: Context, _: Described) -> FieldValue | None:
    """Rows that begin with a date and hold an amount; all pages."""
    movements, balanced = _movements(context)
    if not movements:
        return None
    rows = _signed([_row(each, balanced) for each in movements])
    first = movements[0].line
    return FieldValue(value=list(rows), page=first.page, quote=first.text, confidence=0.6)


def last_balance(context: Context) -> FieldValue | None:
    """What the running balance comes to with the newest movement; None where the rows carry none."""
    movements, balanced = _movements(context)
    newest = max(movements[-1], movements[0], key=lambda each: _iso(each.date)) if balanced else None
    if newest is None or len(newest.found) < 2:
        return None
    line = newest.line
    last = amounts.find(line.text)[-1]
    passage = Passage(read=(line,), chars=len(line.text))
    return passage.shown(amounts.plain(last.value), last.start, last.end, 0.7)


def _iso(date: str) -> str:
    """Dates without a year tell no order."""
    return date if len(date) == ISO_CHARS else ""


@functools.lru_cache(maxsize=8)
def _movements(context: Context) -> tuple[Sequence[Movement], bool]:
    """The movements, and whether their last column is a running balance."""
    read = context.whole.read
    movements = [made for line in read if (made := _movement(line, context.days_first))]
    headed = any(_BALANCE_HEADING.search(line.text) and len(line.segments) >= 3 for line in read[:80])
    return movements, bool(movements) and (headed or _running(movements))


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


def _row(movement: Movement, balanced: bool) -> dict[str, str]:
    """{date, description, amount, balance?}."""
    with_balance = balanced and len(movement.found) >= 2
    row = {
        "date": movement.date,
        "description": movement.description[:200],
        "amount": amounts.plain(movement.found[-2 if with_balance else -1].value),
    }
    return row | {"balance": amounts.plain(movement.found[-1].value)} if with_balance else row


def _signed(rows: Sequence[dict[str, str]]) -> Sequence[dict[str, str]]:
    """Where running balances tell that money went out, the amount becomes negative."""
    for before, row in itertools.pairwise(rows):
        if "balance" in before and "balance" in row:
            step = Decimal(row["balance"]) - Decimal(before["balance"])
            if step < 0 and abs(step + Decimal(row["amount"])) <= CENT:
                row["amount"] = amounts.plain(step)
    return rows
