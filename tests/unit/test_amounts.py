import time
from decimal import Decimal

import pytest

from functions.extract.fields import amounts
from functions.extract.fields.money import currency


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$3,360.00", "3360.00"),
        ("1.025,78 €", "1025.78"),
        ("1 188,00 €", "1188.00"),
        ("CHF 3'667.35", "3667.35"),
        ("RM3.00", "3.00"),
        ("-$48.00", "-48.00"),
        ("(12.50)", "-12.50"),
        ("2.000,00-", "-2000.00"),
        ("500 €", "500"),
        ("EUR 1,040.00", "1040.00"),
        ("4.320,-", "4320"),
        ("8. 50", "8.50"),
        ("1.234.567,89", "1234567.89"),
    ],
)
def test_an_amount_is_read_in_any_notation(text: str, value: str) -> None:
    (found,) = amounts.find(text)
    assert found.value == Decimal(value)


@pytest.mark.parametrize("text", ["19 %", "10,50 %", "22.05.2023", "x12.50", "1,234", "7", "12.345", "v1.2.34", ""])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amounts.find(text) == []


def test_a_currency_mark_belongs_to_the_amount_it_stands_before() -> None:
    assert [found.value for found in amounts.find("September 3, 2021 $45.17")] == [Decimal("45.17")]


def test_amounts_are_stored_without_exponents() -> None:
    assert amounts.plain(Decimal("1E+3")) == "1000"


@pytest.mark.parametrize("text", ["1," * 4_000, "1 234 " * 1_500, "$(-" * 3_000, "1.234" * 2_000])
def test_hostile_text_is_read_quickly(text: str) -> None:
    started = time.process_time()
    amounts.find(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Total 5,00 €", "EUR"),
        ("Total £5.00 VAT", "GBP"),
        ("Total $5.00, Austin, TX 78701", "USD"),
        ("Total $5.00 ABN 51 824 753 556", "AUD"),
        ("CASH RM 10.00 SDN BHD", "MYR"),
        ("Rs 2,400.00", "INR"),
        ("CHF 12.00, USt-ID", "CHF"),
        ("Summe 12,00 inkl. MwSt", "EUR"),
    ],
)
def test_the_currency_is_what_the_document_mentions_most(text: str, code: str) -> None:
    found = currency(text)
    assert found is not None
    assert found[0] == code


def test_a_text_without_money_has_no_currency() -> None:
    assert currency("Dear Ruth, it was good to see you.") is None
