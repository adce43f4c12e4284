"""Cross-checks of fields: a failed one warns and lowers confidence, never deletes; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from pipeline.model import DocumentWarning

from . import identifiers, statement
from .values import Fields, FieldValue

TOLERANCE = Decimal("0.02")
DOUBT = 0.6


def checked(fields: Fields, known: Sequence[DocumentWarning] = ()) -> tuple[Fields, tuple[DocumentWarning, ...]]:
    """The fields with lowered confidence where a check failed, and the warnings; known ones count no second time."""
    failed = [failure for failure in _failures(fields) if failure[1] not in known]
    doubted = {name for names, _ in failed for name in names}
    kept: Fields = {
        name: replace(value, confidence=value.confidence * DOUBT)
        if name in doubted and isinstance(value, FieldValue) and value.method in ("rules", "llm")
        else value
        for name, value in fields.items()
    }
    return kept, tuple(warning for _, warning in failed)


def _failures(fields: Fields) -> Iterator[tuple[tuple[str, ...], DocumentWarning]]:
    yield from _sums(fields)
    iban, vat_id = _text(fields, "iban"), _text(fields, "seller_vat_id")
    if iban and not identifiers.iban_is_valid(iban):
        yield ("iban",), _warning(fields, "iban", "iban-invalid", f"the check digits of {iban} are wrong")
    if vat_id and not identifiers.vat_id_is_valid(vat_id):
        yield (
            ("seller_vat_id",),
            _warning(fields, "seller_vat_id", "vat-id-invalid", f"the check digits of {vat_id} are wrong"),
        )
    movements = fields.get("transactions")
    gaps = (
        statement.breaks(movements.value)
        if isinstance(movements, FieldValue) and isinstance(movements.value, list)
        else 0
    )
    if gaps:
        message = f"the running balance jumps {gaps} times: movements are missing or misread"
        yield ("transactions",), _warning(fields, "transactions", "list-incomplete", message)
    for first, second in (("date", "due_date"), ("period_start", "period_end")):
        early, late = _text(fields, first), _text(fields, second)
        if early and late and late < early:
            yield (second,), _warning(fields, second, "date-order", f"{second} {late} lies before {first} {early}")


def _sums(fields: Fields) -> Iterator[tuple[tuple[str, ...], DocumentWarning]]:
    subtotal, tax, total = (_amount(fields, name) for name in ("subtotal", "tax", "total"))
    if subtotal is not None and tax is not None and total is not None and abs(subtotal + tax - total) > TOLERANCE:
        message = f"subtotal {subtotal} and tax {tax} do not add up to the total {total}"
        yield ("subtotal", "tax", "total"), _warning(fields, "total", "sum-mismatch", message)
    items = _item_sum(fields.get("line_items"))
    expected = [each for each in (subtotal, total) if each is not None]
    if items is not None and expected and all(abs(items - each) > TOLERANCE for each in expected):
        message = f"the line items add up to {items}, not to {' or '.join(map(str, expected))}"
        yield ("line_items",), _warning(fields, "line_items", "sum-mismatch", message)


def _item_sum(found: FieldValue | list[FieldValue] | None) -> Decimal | None:
    if not isinstance(found, FieldValue) or not isinstance(found.value, list):
        return None
    parts = [item["amount"] for item in found.value if isinstance(item, Mapping) and "amount" in item]
    return sum(map(Decimal, parts), Decimal(0)) if parts else None


def _amount(fields: Fields, name: str) -> Decimal | None:
    try:
        text = _text(fields, name)
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _text(fields: Fields, name: str) -> str:
    found = fields.get(name)
    return str(found.value) if isinstance(found, FieldValue) else ""


def _warning(fields: Fields, name: str, code: str, message: str) -> DocumentWarning:
    found = fields.get(name)
    return DocumentWarning(code=code, message=message, page=found.page if isinstance(found, FieldValue) else None)
