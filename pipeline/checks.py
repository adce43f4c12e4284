"""Cross-checks of fields as they are stored, {name: {value, page, …}}: what does not fit is warned about; pure."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from . import check_digits
from .model import DocumentWarning

TOLERANCE = Decimal("0.02")

Fields = Mapping[str, Any]
Failure = tuple[tuple[str, ...], DocumentWarning]


def failures(fields: Fields) -> Iterator[Failure]:
    """Of fields as they are stored: each failed check, with the fields that it doubts."""
    yield from _sums(fields)
    iban, vat_id = _text(fields, "iban"), _text(fields, "seller_vat_id")
    if iban and not check_digits.iban_is_valid(iban):
        yield ("iban",), _warning(fields, "iban", "iban-invalid", f"the check digits of {iban} are wrong")
    if vat_id and not check_digits.vat_id_is_valid(vat_id):
        yield (
            ("seller_vat_id",),
            _warning(fields, "seller_vat_id", "vat-id-invalid", f"the check digits of {vat_id} are wrong"),
        )
    gaps = breaks(_rows(fields, "transactions"))
    if gaps:
        message = f"the running balance jumps {gaps} times: movements are missing or misread"
        yield ("transactions",), _warning(fields, "transactions", "list-incomplete", message)
    for first, second in (("date", "due_date"), ("period_start", "period_end")):
        early, late = _text(fields, first), _text(fields, second)
        if early and late and late < early:
            yield (second,), _warning(fields, second, "date-order", f"{second} {late} lies before {first} {early}")


def breaks(rows: Sequence[Mapping[str, Any]]) -> int:
    """How often a running balance does not follow from the one before: movements are missing there, or misread."""
    steps = [
        (Decimal(row["balance"]) - Decimal(before["balance"]), Decimal(row["amount"]))
        for before, row in itertools.pairwise(rows)
        if "balance" in before and "balance" in row and "amount" in row
    ]
    return sum(abs(abs(step) - abs(amount)) > TOLERANCE for step, amount in steps)


def _sums(fields: Fields) -> Iterator[Failure]:
    """Charges beside the list, as freight or a tip, may lead from the list to its sum, or from that to the total."""
    subtotal, tax, total = (_amount(fields, name) for name in ("subtotal", "tax", "total"))
    charges = sum_of(_rows(fields, "charges")) or Decimal(0)
    if subtotal is not None and tax is not None and total is not None:
        whole = (subtotal + tax, subtotal + tax + charges)
        if all(abs(each - total) > TOLERANCE for each in whole):
            message = f"subtotal {subtotal} and tax {tax} do not add up to the total {total}"
            yield ("subtotal", "tax", "total"), _warning(fields, "total", "sum-mismatch", message)
    items = sum_of(_rows(fields, "line_items"))
    expected = [each for each in (subtotal, total) if each is not None]
    if items is not None and expected and not adds_up(items, expected, tax, charges):
        message = f"the line items add up to {items}, not to {' or '.join(map(str, expected))}"
        yield ("line_items",), _warning(fields, "line_items", "sum-mismatch", message)


def adds_up(items: Decimal, expected: Sequence[Decimal], tax: Decimal | None, charges: Decimal) -> bool:
    """Is the sum of a list the subtotal or the total, as printed or with the charges or the tax beside it?"""
    beside = {Decimal(0), tax or Decimal(0), charges, charges + (tax or 0)}
    return any(abs(items + more - each) <= TOLERANCE for each in expected for more in beside)


def sum_of(rows: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """What the amounts of rows come to; None where none has one."""
    parts = [row["amount"] for row in rows if "amount" in row]
    return sum(map(Decimal, parts), Decimal(0)) if parts else None


def _amount(fields: Fields, name: str) -> Decimal | None:
    try:
        text = _text(fields, name)
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _text(fields: Fields, name: str) -> str:
    value = _found(fields, name).get("value")
    return "" if value is None else str(value)


def _rows(fields: Fields, name: str) -> list[Mapping[str, Any]]:
    value = _found(fields, name).get("value")
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _found(fields: Fields, name: str) -> Mapping[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, Mapping) else {}


def _warning(fields: Fields, name: str, code: str, message: str) -> DocumentWarning:
    return DocumentWarning(code=code, message=message, page=_found(fields, name).get("page"))
