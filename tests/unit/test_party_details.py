"""A party as a whole stands beside the flat fields."""

import jsonschema
import pytest

from functions.extract.fields import FieldValue, extract_fields, invoice_xml
from pipeline import categories
from tests.unit.laid_out import page

SHOWN = """
Brightwater Supplies Ltd          Invoice No: 4711
14 Harbour Road                   Invoice date: 2 May 2024
Bristol BS1 4QX
VAT Reg No: GB123456789

Bill to:
Anna Lindt GmbH
Hauptstraße 5
10115 Berlin
Total   £119.00
"""

ONE_LINE = """
Lampen Nord GmbH · Kaistr. 2 · 24103 Kiel
Rechnung Nr. 77
Rechnungsempfänger
Stadt Ulm
Gesamtbetrag   119,00 EUR
"""

PARTY = """<CrossIndustryInvoice><SellerTradeParty><Name>Lampen Nord GmbH</Name>
<PostalTradeAddress><PostcodeCode>24103</PostcodeCode><LineOne>Kaistr. 2</LineOne><CityName>Kiel</CityName>
<CountryID>DE</CountryID></PostalTradeAddress>
<SpecifiedTaxRegistration><ID schemeID="VA">DE136695976</ID></SpecifiedTaxRegistration></SellerTradeParty>
</CrossIndustryInvoice>"""


def party(text: str, name: str) -> FieldValue:
    found = extract_fields(category="invoice", pages=[page(text)], attachments=(), corrections={}).fields[name]
    assert isinstance(found, FieldValue)
    return found


def test_the_lines_below_a_name_are_its_address() -> None:
    buyer = party(SHOWN, "buyer_party")
    assert buyer.value == {"name": "Anna Lindt GmbH", "address": "Hauptstraße 5, 10115 Berlin"}
    assert buyer.quote == "Anna Lindt GmbH\nHauptstraße 5\n10115 Berlin"
    assert buyer.box is not None
    assert party(SHOWN, "seller_party").value == {
        "name": "Brightwater Supplies Ltd",
        "address": "14 Harbour Road, Bristol BS1 4QX",
        "vat_id": "GB123456789",
    }


def test_an_address_may_stand_on_the_line_of_the_name() -> None:
    assert party(ONE_LINE, "seller_party").value == {"name": "Lampen Nord GmbH", "address": "Kaistr. 2, 24103 Kiel"}
    assert party(ONE_LINE, "buyer_party").value == {"name": "Stadt Ulm"}


def test_embedded_data_gives_the_party_exactly() -> None:
    found = invoice_xml.read([("a.xml", PARTY.encode())], categories.named("invoice").fields)["seller_party"]
    assert isinstance(found, FieldValue)
    assert found.value == {
        "name": "Lampen Nord GmbH",
        "address": "Kaistr. 2, 24103, Kiel",
        "country": "DE",
        "vat_id": "DE136695976",
    }


@pytest.mark.parametrize("text", [SHOWN, ONE_LINE])
def test_the_fields_are_as_their_schema_says(text: str) -> None:
    found = extract_fields(category="invoice", pages=[page(text)], attachments=(), corrections={}).to_json()
    jsonschema.validate(
        {name: each["value"] for name, each in found.items()},
        categories.named("invoice").fields,
        cls=jsonschema.Draft202012Validator,
    )


def test_a_quote_leaves_out_lines_that_another_column_parts() -> None:
    parted = """
    Harbour Tools Ltd
    1 Quay Street, Leeds

    Bill To                          Invoice No: 77
    Anna Lindt GmbH                  Date: 3 May 2024
    Hauptstraße 5                    Terms: 30 days
    10115 Berlin                     Due: 2 June 2024

    Total                            5.00
    """
    buyer = extract_fields(category="invoice", pages=[page(parted)], attachments=[], corrections={}).fields[
        "buyer_party"
    ]
    assert isinstance(buyer, FieldValue)
    assert buyer.value == {"name": "Anna Lindt GmbH", "address": "Hauptstraße 5, 10115 Berlin"}
    assert buyer.quote == "Anna Lindt GmbH"
