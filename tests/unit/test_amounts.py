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


MENTIONS = {
    "EUR": ("€ 5", "5 EUR", "5 eur", "5 euro", "MwSt 5", "tva 5", "IBAN: DE5", "GERMANY"),
    "USD": ("US$ 5", "5 USD", "$5", "sales tax 5", "Austin, TX 78701", "United States"),
    "GBP": ("£5", "5 GBP", "VAT reg 5", "GB123456789", "sort code"),
    "MYR": ("MYR 5", "RM5", "RM 5", "5 (RM)", "TEA SDN. BHD", "GST ID 5", "Selangor"),
    "INR": ("₹5", "INR 5", "Rs. 5", "5 Rupees", "GSTIN", "India", "CGST", "sgst"),
    "CHF": ("CHF 5", "SFr 5", "Fr. 5", "Schweiz", "CHE-1"),
    "JPY": ("¥5", "JPY 5", "5円"),
    "CNY": ("CNY 5", "RMB 5", "5元"),
    "KRW": ("₩5", "KRW 5"),
    "AUD": ("A$5", "AUD 5", "ABN 5", "Australia"),
    "CAD": ("C$5", "CAD 5", "HST 5"),
    "SGD": ("S$5", "SGD 5"),
    "NZD": ("NZ$5", "NZD 5"),
    "HKD": ("HK$5", "HKD 5"),
    "BRL": ("R$5", "BRL 5"),
    "PLN": ("5 PLN", "5 zł"),
    "CZK": ("5 CZK", "5 Kč"),
    "HUF": ("5 HUF", "5 Ft"),
    "TRY": ("₺5", "TRY 5"),
    "RUB": ("₽5", "5 RUB", "5 руб"),
    "ZAR": ("ZAR 5", "R 5"),
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in MENTIONS.items() for text in texts])
def test_every_sign_of_a_currency_is_seen(code: str, text: str) -> None:
    found = currency(text)
    assert found is not None
    assert found[0] == code


@pytest.mark.parametrize("code", ["SEK", "NOK", "DKK", "AED", "SAR"])
def test_a_currency_is_known_by_its_code(code: str) -> None:
    found = currency(f"Total {code} 5")
    assert found is not None
    assert found[0] == code
