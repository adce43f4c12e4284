import pytest

from functions.extract.fields import FieldValue, checks
from functions.extract.fields.values import Fields


def fields(**values: object) -> Fields:
    return {name: FieldValue(value=value, page=3, confidence=0.9) for name, value in values.items()}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (fields(subtotal="100.00", tax="19.00", total="120.00"), "sum-mismatch"),
        (fields(total="10.00", line_items=[{"amount": "4.00"}, {"amount": "5.00"}]), "sum-mismatch"),
        (fields(iban="DE89370400440532013001"), "iban-invalid"),
        (fields(seller_vat_id="DE136695977"), "vat-id-invalid"),
        (fields(date="2024-02-01", due_date="2024-01-01"), "date-order"),
        (fields(transactions=[{"amount": "1", "balance": "1"}, {"amount": "1", "balance": "5"}]), "list-incomplete"),
    ],
)
def test_a_failed_check_warns_and_lowers_confidence(read: Fields, code: str) -> None:
    kept, (warning,) = checks.checked(read)
    assert (warning.code, warning.page) == (code, 3)
    assert kept.keys() == read.keys()
    assert any(isinstance(value, FieldValue) and value.confidence < 0.9 for value in kept.values())


def test_sound_fields_raise_nothing() -> None:
    read = fields(
        subtotal="100.00",
        tax="19.00",
        total="119.00",
        line_items=[{"amount": "60.00"}, {"amount": "40.00"}],
        iban="DE89370400440532013000",
        seller_vat_id="DE136695976",
        date="2024-01-01",
        due_date="2024-01-31",
    )
    assert checks.checked(read) == (read, ())


def test_embedded_and_corrected_values_keep_their_confidence() -> None:
    read: Fields = {"iban": FieldValue(value="DE00", method="correction")}
    kept, _ = checks.checked(read)
    assert kept == read
