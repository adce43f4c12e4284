from typing import Any

import pytest

from functions.extract.fields import Extraction, FieldValue, date_order, extract_fields
from functions.extract.fields.date_order import DateOrder, order_of

from .laid_out import flowing, page

INVOICE = """
Alder Joinery
Invoice No:     77
Invoice date:   {date}
Due date:       {due}
Lamp            10.00
Total           10.00
{more}
"""


def read(text: str, language: str = "en", made: Any = page, **given: Any) -> Extraction:
    given = {"attachments": (), "corrections": {}, "category": "invoice"} | given
    return extract_fields(pages=[made(text)], language=language, **given)


def told(extraction: Extraction, name: str) -> FieldValue:
    value = extraction.fields[name]
    assert isinstance(value, FieldValue)
    return value


@pytest.mark.parametrize(
    ("text", "days_first"),
    [
        ("Date 03/04/2022, due 04/25/2022", False),
        ("Date 03/04/2022, due 25/04/2022", True),
        ("25/04/2022, 26/04/2022, misread 04/93/2022 and 04/13/2022", True),
        ("Date 03.04.2022 total $5.00 USD", True),
        ("Signed on April 3, 2022; begins 03/04/2022", True),
        ("Signed on 4 March 2022; begins 03/04/2022", False),
        ("Date 03/04/2022 total USD 5.00", False),
        ("Date 03/04/2022, 12 Main Street, Portland, OR 97209", False),
        ("03/04/2022, a Delaware corporation", False),
        ("Date 03/04/2022 total 5.00 EUR", True),
        ("Date 03/04/2022 total £5.00", True),
        ("Date 03/04/2022, 41 Station Road, Oxford OX1 2EP", True),
        ("Date 03/04/2022 VAT 20%", True),
        ("Date 03/04/2022 total RM 5.00", True),
    ],
)
def test_a_document_that_tells_the_order_is_believed(text: str, days_first: bool) -> None:
    assert order_of(text, "en") == DateOrder(days_first=days_first, sure=True)


@pytest.mark.parametrize("language", ["de", "fr", "es", "it", "nl", "pt", "pl"])
def test_languages_that_write_the_day_first_decide_where_nothing_else_does(language: str) -> None:
    assert order_of("03/04/2022", language) == DateOrder(days_first=True, sure=True)
    assert order_of("03/04/2022, due 04/25/2022", language).days_first is False


@pytest.mark.parametrize(
    ("text", "days_first"),
    [("03/04/2022", True), ("03/04/2022 $5.00", False), ("03/04/2022 $5.00 VAT, shipped to Salem, OR 97301", True)],
)
def test_where_nothing_decides_the_order_is_a_guess(text: str, days_first: bool) -> None:
    assert order_of(text, "en") == DateOrder(days_first=days_first, sure=False)


@pytest.mark.parametrize("made", [page, flowing])
@pytest.mark.parametrize(
    ("date", "due", "more", "values"),
    [
        ("03/04/2026", "02/05/2026", "", ("2026-04-03", "2026-05-02")),
        ("03/04/2026", "04/03/2026", "", ("2026-03-04", "2026-04-03")),
        ("03/04/2026", "04/05/2026", "Terms: net 31", ("2026-04-03", "2026-05-04")),
        ("03/04/2026", "04/05/2026", "Payable within 32 days", ("2026-03-04", "2026-04-05")),
    ],
)
def test_a_due_date_tells_the_order_of_both(made: Any, date: str, due: str, more: str, values: tuple[str, str]) -> None:
    found = read(INVOICE.format(date=date, due=due, more=more), made=made)
    assert (told(found, "date").value, told(found, "due_date").value) == values
    assert "date-ambiguous" not in {warning.code for warning in found.warnings}


@pytest.mark.parametrize("made", [page, flowing])
def test_a_guessed_date_is_less_sure_and_names_the_other_reading(made: Any) -> None:
    text = "Alder Joinery\nInvoice No: 77\nInvoice date: 04/05/2026\nTotal 10.00"
    guessed, sure = read(text, made=made), read(f"{text} EUR", made=made)
    assert told(guessed, "date").value == told(sure, "date").value == "2026-05-04"
    assert told(guessed, "date").confidence <= 0.6 < told(sure, "date").confidence
    assert [(warning.code, warning.message, warning.page) for warning in guessed.warnings] == [
        ("date-ambiguous", "date 2026-05-04 can also be 2026-04-05", 1)
    ]
    assert not sure.warnings


@pytest.mark.parametrize("date", ["05/05/2026", "2026-05-04", "4 May 2026", "May 4, 2026"])
def test_a_date_with_one_reading_is_not_doubted(date: str) -> None:
    assert not read(f"Alder Joinery\nInvoice No: 77\nInvoice date: {date}\nTotal 10.00").warnings


def test_what_a_person_or_the_embedded_data_says_is_not_doubted() -> None:
    value = FieldValue(value="2026-05-04", quote="04/05/2026", method="xml")
    fields, warnings = date_order.doubted({"date": value}, DateOrder(days_first=True, sure=False))
    assert (fields["date"], warnings) == (value, ())
