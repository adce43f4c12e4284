"""The movements of an account statement, complete or flagged; pure."""

import itertools
from collections.abc import Sequence
from decimal import Decimal

from pipeline.checks import TOLERANCE

from . import amounts
from .context import Context, Described
from .movements import Movement
from .passages import Passage
from .values import FieldValue

ISO_CHARS = 10


def transactions(context: Context, _: Described) -> FieldValue | None:
    """Rows that begin with a date and hold an amount; all pages."""
    movements, balanced = context.movements
    if not movements:
        return None
    rows = _signed(movements, [_row(each, balanced) for each in movements], context.known("opening_balance"))
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
    """{date, description, amount, balance?}; the amount is negative under a heading of money that went out."""
    with_balance = balanced and len(movement.found) >= 2
    headed = zip(movement.found, movement.ways, strict=False)
    last = (movement.found[-2 if with_balance else -1], 0)
    amount, way = next(((each, way) for each, way in headed if way and each.value), last)
    row = {
        "date": movement.date,
        "description": movement.description[:200],
        "amount": amounts.plain(-abs(amount.value) if way < 0 else amount.value),
    }
    return row | {"balance": amounts.plain(movement.found[-1].value)} if with_balance else row


def _signed(movements: Sequence[Movement], rows: Sequence[dict[str, str]], opening: str) -> Sequence[dict[str, str]]:
    """Where running balances tell whether money went out or came in, they overrule the heading; a printed minus stays.

    Rows can begin with the oldest or the newest: they are followed the way that more of their amounts agree with.
    """
    steps = max(_steps(rows, opening), _steps(rows[::-1], opening)[::-1], key=lambda each: sum(map(bool, each)))
    for movement, row, step in zip(movements, rows, steps, strict=True):
        amount = Decimal(row["amount"])
        minus = any(each.value == amount for each in movement.found) and amount < 0
        if step and not minus:
            row["amount"] = amounts.plain(abs(amount).copy_sign(step))
    return rows


def _steps(rows: Sequence[dict[str, str]], opening: str) -> list[Decimal]:
    """How far each row moves the balance before it, 0 where that is not known or not by the amount of the row."""
    balances = [opening, *(row.get("balance", "") for row in rows)]
    steps = (Decimal(b) - Decimal(a) if a and b else Decimal(0) for a, b in itertools.pairwise(balances))
    told = zip(steps, rows, strict=True)
    return [step if abs(abs(step) - abs(Decimal(row["amount"]))) <= TOLERANCE else Decimal(0) for step, row in told]
