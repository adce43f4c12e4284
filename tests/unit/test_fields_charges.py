from typing import Any

import pytest

from functions.extract.fields import Extraction, checks, extract_fields
from functions.extract.fields.values import Fields, FieldValue

from .laid_out import page


def read(category: str, text: str) -> Extraction:
    return extract_fields(category=category, pages=[page(text)], attachments=[], corrections={}, language="en")


def charged(found: Extraction) -> list[tuple[str, str]]:
    charges = found.fields.get("charges")
    rows: Any = charges.value if isinstance(charges, FieldValue) else []
    return [(row["description"], row["amount"]) for row in rows]


def codes(found: Extraction) -> list[str]:
    return [warning.code for warning in found.warnings]


MEAL = """
THE OLD FERRY INN
1 Quay Road, Bath BA1 2AB
02/05/2024
2 Soup                    £11.70
Subtotal                  £11.70
Tax                       £1.17
Tip                       £1.63
Total                     £14.50
"""

PARCEL = """
Tidewater Lamps Ltd                                   INVOICE
Invoice No: 88                                        Date: 3 May 2024

Description               Qty     Unit price     Amount
Desk lamp                 2       40.00          80.00
Bulb                      5       4.00           20.00
{extra}
Freight                                          12.50
Member discount                                  5.00
Total                                            107.50
"""


def test_a_tip_leads_from_subtotal_and_tax_to_the_total() -> None:
    found = read("receipt", MEAL)
    assert (charged(found), codes(found)) == ([("Tip", "1.63")], [])


def test_a_list_beside_freight_and_a_discount_is_whole() -> None:
    found = read("invoice", PARCEL.format(extra=""))
    assert charged(found) == [("Freight", "12.50"), ("Member discount", "-5.00")]
    assert codes(found) == []


@pytest.mark.parametrize("words", ["Delivery date", "Versanddatum:", "Date of delivery", "Fecha de envío:"])
def test_a_day_and_a_month_are_no_charge(words: str) -> None:
    parcel = PARCEL.format(extra="").replace(f"{'Freight':<49}12.50\n", "").replace("107.50", "107.05")
    shipped = parcel.replace("\nDescription", f"{words}   12.05\n\nDescription")
    assert charged(read("invoice", shipped)) == []


def test_a_row_that_is_missing_beside_freight_is_still_said() -> None:
    found = read(
        "invoice", PARCEL.format(extra="").replace("Bulb                      5       4.00           20.00", "")
    )
    assert charged(found) == []
    assert codes(found) == ["sum-mismatch", "list-incomplete"]


def test_what_adds_up_without_charges_has_none() -> None:
    found = read("invoice", PARCEL.format(extra="").replace("107.50", "100.00"))
    assert (charged(found), codes(found)) == ([], [])


@pytest.mark.parametrize(("tip", "warned"), [("4.50", []), ("4.00", ["sum-mismatch"])])
def test_corrected_charges_count_in_the_sums(tip: str, warned: list[str]) -> None:
    amounts = {"subtotal": "20.00", "tax": "2.00", "total": "26.50"}
    fields: Fields = {name: FieldValue(value=value) for name, value in amounts.items()}
    fields["charges"] = FieldValue(value=[{"description": "Tip", "amount": tip}])
    assert [warning.code for warning in checks.checked(fields)[1]] == warned


WHOLE = """
Lindqvist Timber AB                        INVOICE 77
Invoice Date: 2024-05-02

Description         Qty       Unit price     Amount
Oak boards          10        120            1.200
Pallets             2         50             100
Nails               3 pcs     7              21
{more}
Subtotal                                     1.321
VAT                                          330
Total                                        1.651 SEK
"""


def test_prices_without_decimals_give_items_and_totals() -> None:
    found = read("invoice", WHOLE.format(more="Rev. 4              2         300"))
    fields = found.to_json()
    assert [fields[name]["value"] for name in ("subtotal", "tax", "total")] == ["1321", "330", "1651"]
    rows = fields["line_items"]["value"]
    assert [(row["description"], row["quantity"], row["unit_price"], row["amount"]) for row in rows] == [
        ("Oak boards", "10", "120", "1200"),
        ("Pallets", "2", "50", "100"),
        ("Nails", "3", "7", "21"),
    ]
    assert codes(found) == []


def test_a_row_of_whole_numbers_that_is_missing_is_said() -> None:
    lost = WHOLE.format(more="").replace("Pallets             2         50             100", "")
    assert codes(read("invoice", lost)) == ["sum-mismatch", "list-incomplete"]


def test_rows_without_decimals_are_no_items_where_any_amount_has_cents() -> None:
    found = read("invoice", WHOLE.format(more="").replace("1.651 SEK", "1651.00")).to_json()
    assert "line_items" not in found


def test_numbers_without_decimals_are_no_money_where_any_amount_has_cents() -> None:
    found = read("receipt", "KIOSK AM TOR\nTea     2.50\nTotal   2\nTotal due   2.50").to_json()
    assert found["total"]["value"] == "2.50"
