"""Are the lists of a document whole? What cannot be proven and looks cut is warned about; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.checks import TOLERANCE, adds_up, sum_of
from pipeline.model import DocumentWarning
from pipeline.pages import Page

from . import amounts, movements
from .lines import Line, all_lines
from .values import Fields, FieldValue

Rows = Sequence[Mapping[str, Any]]

_STATED = re.compile(
    r"\b(?:number of|total|no\. of|#) ?(?:transactions|movements|entries|items)\W{1,4}(\d{1,6})\b"
    r"|\b(\d{1,6}) (?:transactions|movements|entries|buchungen|umsätze|opérations|movimientos|movimenti)\b"
    r"|\banzahl (?:der )?(?:buchungen|umsätze|posten)\W{1,4}(\d{1,6})\b",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\b(?:sub-?\s?total|total|balance|saldo|solde|kontostand|summe|carried|brought|forward|übertrag|report)\b",
    re.IGNORECASE,
)


def doubts(fields: Fields, pages: Sequence[Page]) -> Iterator[DocumentWarning]:
    """A warning list-incomplete for each list that its document contradicts."""
    read = all_lines(pages)
    for name, reason in (("transactions", _movements), ("line_items", _line_items)):
        found = fields.get(name)
        if isinstance(found, FieldValue) and isinstance(found.value, list) and found.method == "rules":
            message = reason(found.value, fields, read)
            if message:
                yield DocumentWarning(code="list-incomplete", message=message, page=found.page)


def _movements(rows: Rows, fields: Fields, read: Sequence[Line]) -> str | None:
    stated = _stated(read)
    if stated is not None and stated != len(rows):
        return f"the document counts {stated} movements, {len(rows)} were read"
    opening, closing = _amount(fields, "opening_balance"), _amount(fields, "closing_balance")
    if all("balance" in row for row in rows):
        return _ends(rows, opening, closing)
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    signed = any(row["amount"].startswith("-") for row in rows) or movements.two_columns(read)
    if signed and opening is not None and closing is not None:
        same = abs(opening + total - closing) <= TOLERANCE
        return None if same else f"the movements lead from {opening} to {opening + total}, not to {closing}"
    left = _unread(read)
    return f"{left} rows among the movements hold an amount and could not be read" if left else None


def _ends(rows: Rows, opening: Decimal | None, closing: Decimal | None) -> str | None:
    """Balances that run on prove the middle; what the account opens and closes with proves both ends.

    An opening or closing balance that a row in between shows was read from the column, and proves nothing.
    """
    balances = [Decimal(row["balance"]) for row in rows]
    first, last = balances[0], balances[-1]
    opening, closing = (None if each in balances else each for each in (opening, closing))
    if opening is not None and abs(abs(first - opening) - abs(Decimal(rows[0]["amount"]))) > TOLERANCE:
        return f"the first movement does not follow from the opening balance {opening}"
    if closing is not None and abs(last - closing) > TOLERANCE:
        return f"the last movement leads to {last}, not to the closing balance {closing}"
    return None


def _line_items(rows: Rows, fields: Fields, read: Sequence[Line]) -> str | None:
    total = sum_of(rows) or Decimal(0)
    expected = [each for each in (_amount(fields, "subtotal"), _amount(fields, "total")) if each is not None]
    if not expected or adds_up(total, expected, _amount(fields, "tax"), _charges(fields)):
        return None
    if total < min(expected):
        return f"the line items add up to {total}, which is less than {min(expected)}"
    return None


def _charges(fields: Fields) -> Decimal:
    found = fields.get("charges")
    rows = found.value if isinstance(found, FieldValue) and isinstance(found.value, list) else []
    return sum_of(rows) or Decimal(0)


def _unread(read: Sequence[Line]) -> int:
    """How many rows from the first movement to the last hold an amount and are none, sums aside."""
    taken = [line.number for line in read if movements.is_movement(line)]
    return sum(
        not movements.is_movement(line)
        and not _SUM.search(line.text)
        and any(each.cents for each in amounts.find(line.text))
        for line in read[taken[0] : taken[-1]]
    )


def _stated(read: Sequence[Line]) -> int | None:
    for line in read:
        found = _STATED.search(line.text)
        if found:
            return int(next(group for group in found.groups() if group))
    return None


def _amount(fields: Fields, name: str) -> Decimal | None:
    found = fields.get(name)
    return Decimal(found.value) if isinstance(found, FieldValue) and isinstance(found.value, str) else None
