"""The movements of an account statement, complete or flagged; pure."""

import itertools
from collections.abc import Sequence
from decimal import Decimal

from . import amounts
from .context import Context, Described
from .movements import Movement
from .passages import Passage
from .totals import CENT
from .values import FieldValue

ISO_CHARS = 10


def transactions(context: Context, _: Described) -> FieldValue | None:
    """Rows that begin with a date and hold an amount; all pages."""
    movements, balanced = context.movements
    if not movements:
        return None
    rows = _signed([_row(each, balanced) for each in movements])
    first = movements[0].line
    return FieldValue(value=list(rows), page=first.page, quote=first.text, confidence=0.6)


def last_balance(context: Context) -> FieldValue | None:
    """What the running balance comes to with the newest movement; None where the rows carry none."""
    movements, balanced = context.movements
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
