"""A list that its document contradicts is warned about."""

from typing import Any

import pytest

from functions.extract.fields.completeness import doubts
from functions.extract.fields.values import Fields, FieldValue
from tests.unit.laid_out import page


def fields(**values: Any) -> Fields:
    return {name: FieldValue(value=value) for name, value in values.items()}


def row(amount: str, balance: str | None = None) -> dict[str, str]:
    return {"date": "2024-01-01", "description": "a", "amount": amount} | ({"balance": balance} if balance else {})


def codes(found: Fields, text: str = "") -> list[str]:
    return [warning.code for warning in doubts(found, [page(text)])]


RUNNING = [row("5.00", "105.00"), row("-1.00", "104.00")]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (fields(transactions=RUNNING, opening_balance="90.00"), ""),
        (fields(transactions=RUNNING, closing_balance="120.00"), ""),
        (fields(transactions=[row("5.00"), row("-1.00")], opening_balance="1.00", closing_balance="6.00"), ""),
        (fields(transactions=RUNNING), "Number of transactions: 3"),
        (fields(transactions=RUNNING), "Anzahl Buchungen   12"),
        (fields(transactions=[row("5.00")]), "01.02.2024   Rent   5.00\nGas   7.00\n03.02.2024   Rent   5.00"),
        (fields(line_items=[{"amount": "5.00"}], subtotal="9.00", total="10.00"), ""),
    ],
)
def test_a_list_that_is_cut_is_named(found: Fields, text: str) -> None:
    assert codes(found, text) == ["list-incomplete"]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (fields(transactions=RUNNING, opening_balance="100.00", closing_balance="104.00"), "2 transactions"),
        (fields(transactions=RUNNING, closing_balance="105.00"), ""),
        (fields(transactions=[row("5.00"), row("-1.00")], opening_balance="1.00", closing_balance="5.00"), ""),
        (fields(transactions=[row("5.00")]), "01.02.2024   Rent   5.00\nTotal   5.00\n03.02.2024   Rent   5.00"),
        (fields(line_items=[{"amount": "5.00"}, {"amount": "4.00"}], subtotal="9.00", total="10.00"), ""),
        (fields(line_items=[{"amount": "5.00"}]), ""),
        (fields(line_items=[{"amount": "5.00"}], charges=[{"description": "Tip"}], total="5.00"), ""),
        (fields(seller="Acme"), ""),
    ],
)
def test_a_list_that_nothing_contradicts_is_not(found: Fields, text: str) -> None:
    assert codes(found, text) == []
