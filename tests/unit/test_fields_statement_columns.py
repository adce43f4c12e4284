"""The heading above a column tells whether money went out or came in."""

from typing import Any

import pytest

from functions.extract.fields import extract_fields
from pipeline.pages import Page
from tests.unit.laid_out import flowing, page

TWO_COLUMNS = """
Oak Bank                                     Statement of account
Opening balance                              1,000.00
Date          Description      {out:<18}{back}
13-09-2024    Rent             700.00
14-09-2024    Shop             80.00
15-09-2024    Salary                             1,500.00
Closing balance                                  1,720.00
"""
HEADINGS = [
    ("Withdrawals", "Deposits"),
    ("Withdrawals ($)", "Deposits ($)"),
    ("Debit", "Credit"),
    ("Money out", "Money in"),
    ("Paid out", "Paid in"),
    ("Soll", "Haben"),
    ("Soll EUR", "Haben EUR"),
    ("Lastschrift", "Gutschrift"),
    ("Débit", "Crédit"),
    ("Cargo", "Abono"),
    ("Dare", "Avere"),
    ("Af", "Bij"),
]


def read(*pages: Page) -> tuple[list[str], list[str]]:
    """The amounts of the movements, and the codes of the warnings."""
    found = extract_fields(category="bank_statement", pages=pages, attachments=[], corrections={})
    rows: list[dict[str, Any]] = found.to_json()["transactions"]["value"]
    return [row["amount"] for row in rows], [each.code for each in found.warnings]


@pytest.mark.parametrize(("out", "back"), HEADINGS)
def test_amounts_under_a_heading_of_money_that_went_out_are_negative(out: str, back: str) -> None:
    assert read(page(TWO_COLUMNS.format(out=out, back=back))) == (["-700.00", "-80.00", "1500.00"], [])


@pytest.mark.parametrize("missing", ["Rent", "Shop", "Salary"])
@pytest.mark.parametrize(("out", "back"), HEADINGS)
def test_a_row_missing_from_two_columns_is_told_by_the_balances(out: str, back: str, missing: str) -> None:
    text = TWO_COLUMNS.format(out=out, back=back)
    left = "\n".join(line for line in text.splitlines() if missing not in line)
    assert read(page(left))[1] == ["list-incomplete"]


def test_a_missing_row_is_told_where_all_that_were_read_came_in() -> None:
    text = TWO_COLUMNS.format(out="Debit", back="Credit")
    left = "\n".join(line for line in text.splitlines() if "Rent" not in line and "Shop" not in line)
    assert read(page(left)) == (["1500.00"], ["list-incomplete"])


def test_the_columns_go_on_over_the_page() -> None:
    first, second = TWO_COLUMNS.format(out="Debit", back="Credit").split("14-09-2024")
    assert read(page(first), page("14-09-2024" + second, number=2)) == (["-700.00", "-80.00", "1500.00"], [])


def test_rows_without_places_are_told_by_full_rows() -> None:
    text = "Date   Text   Debit   Credit\n13-09-2024   Rent   700.00   0.00\n15-09-2024   Salary   0.00   1,500.00"
    assert read(flowing(text)) == (["-700.00", "1500.00"], [])


def test_amounts_that_nothing_tells_the_column_of_stay_as_printed_and_are_doubted() -> None:
    text = """
    Opening balance   1,000.00
    Date   Text   Debit   Credit
    13-09-2024   Rent   700.00
    15-09-2024   Salary   1,500.00
    Closing balance   1,800.00
    """
    assert read(flowing(text)) == (["700.00", "1500.00"], ["list-incomplete"])


def test_one_column_of_amounts_ends_the_two() -> None:
    text = """
Oak Bank
              Total            Debits           Credits
Date          Description      Amount
13-09-2024    Refund           700.00
"""
    assert read(page(text)) == (["700.00"], [])


RUNNING = """
Oak Bank
{opening}
Date          Description      {out:<18}{back:<12}Balance
{rows}
"""
ROWS = [
    "13-09-2024    Rent             700.00                        300.00",
    "14-09-2024    Shop             80.00                         220.00",
    "15-09-2024    Fee              80.00                         140.00",
    "16-09-2024    Salary                             1,500.00    1,640.00",
]
SIGNED = ["-700.00", "-80.00", "-80.00", "1500.00"]


@pytest.mark.parametrize(
    ("opening", "out", "back"),
    [("", "Withdrawals", "Deposits"), ("Opening balance   1,000.00", "A", "B"), ("", "Credit", "Debit")],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_balances_overrule_the_heading_and_the_oldest_row_follows_from_the_opening_balance(
    opening: str, out: str, back: str, newest_first: bool
) -> None:
    rows = ROWS[::-1] if newest_first else ROWS
    found = read(page(RUNNING.format(opening=opening, out=out, back=back, rows="\n".join(rows))))[0]
    oldest_first = found[::-1] if newest_first else found
    assert oldest_first[1:] == SIGNED[1:]
    assert oldest_first[0] == ("700.00" if out == "Credit" else "-700.00")


def test_the_first_row_without_places_follows_from_the_opening_balance() -> None:
    text = "Opening balance   1,000.00\nDate   Text   Debit   Credit   Balance\n" + "\n".join(ROWS)
    assert read(flowing(text))[0] == SIGNED


def test_a_printed_minus_stays() -> None:
    text = "Date   Text   Amount   Balance\n13-09-2024   A   -5.00   95.00\n14-09-2024   B   -5.00   100.00"
    assert read(flowing(text))[0] == ["-5.00", "-5.00"]
