import pytest

from functions.extract.fields import extract_fields

from .laid_out import page

ALDER_VALLEY = """
Alder Valley Hospital                                  PURCHASE ORDER
900 Clinic Way                                         P.O. Number: PO-10442
Boise, ID 83702                                        Date: 08/17/2022

Vendor                                Ship To
MedSupply Direct Inc.                 Alder Valley Hospital
33 Commerce Park                      Receiving Dock B
Reno, NV 89501                        Boise, ID 83702

Item   Description          Qty    Unit Price    Total
1      Nitrile gloves       100    $12.00        $1,200.00
2      Face shields         50     $6.60         $330.00
                                   Subtotal      $1,530.00
                                   Tax (6%)      $98.10
                                   TOTAL         $1,628.10
"""

MASCHINENBAU_KRAUS = """
Maschinenbau Kraus GmbH
Industriestraße 10 · 70565 Stuttgart

Schrauben Lenz KG
Am Bahnhof 2
73430 Aalen

Bestellung Nr. 4500012345                         Datum: 09.02.2023

Pos   Artikel             Menge    Einzelpreis    Gesamtpreis
10    Sechskantschraube   1000     0,50           500,00
Nettobetrag                                       500,00
MwSt 19 %                                          95,00
Gesamtbetrag                                      595,00 EUR
"""

TRENT_BOROUGH = """
TRENT BOROUGH COUNCIL
Purchase Order
Order No.        77310
Order Date       4 October 2021
Supplier         Pitch & Green Ltd
                 Unit 4, Old Mill Estate
                 Derby DE1 2AB
Deliver to       Central Depot, Moor Lane, Derby
Invoice to       Trent Borough Council

Description                 Qty    Price     Value
Grass seed 20kg             10     40.00     400.00
                                   Net       £400.00
                                   VAT       £80.00
                                   Total     £480.00
"""

ATELIER_MOREL = """
Atelier Morel SARL                                BON DE COMMANDE N° BC-2020-118
12 rue du Port                                    Date : 06/07/2020
44000 Nantes

Fournisseur :
Bois & Co SAS
ZI Nord
49000 Angers

Désignation             Qté     Prix unitaire HT     Montant HT
Planche chêne           20      50,00                1 000,00
Total HT                                             1 000,00
TVA 20 %                                               200,00
Total TTC                                            1 200,00 €
"""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            ALDER_VALLEY,
            "en",
            {
                "order_number": "PO-10442",
                "buyer": "Alder Valley Hospital",
                "seller": "MedSupply Direct Inc.",
                "date": "2022-08-17",
                "total": "1628.10",
                "currency": "USD",
            },
        ),
        (
            MASCHINENBAU_KRAUS,
            "de",
            {
                "order_number": "4500012345",
                "buyer": "Maschinenbau Kraus GmbH",
                "seller": "Schrauben Lenz KG",
                "date": "2023-02-09",
                "total": "595.00",
                "currency": "EUR",
            },
        ),
        (
            TRENT_BOROUGH,
            "en",
            {
                "order_number": "77310",
                "buyer": "Trent Borough Council",
                "seller": "Pitch & Green Ltd",
                "date": "2021-10-04",
                "total": "480.00",
                "currency": "GBP",
            },
        ),
        (
            ATELIER_MOREL,
            "fr",
            {
                "order_number": "BC-2020-118",
                "buyer": "Atelier Morel SARL",
                "seller": "Bois & Co SAS",
                "date": "2020-07-06",
                "total": "1200.00",
                "currency": "EUR",
            },
        ),
    ],
)
def test_an_order_tells_who_orders_what_from_whom(text: str, language: str, expected: dict[str, str]) -> None:
    found = extract_fields(
        category="purchase_order", pages=[page(text)], attachments=[], corrections={}, language=language
    )
    read = {name: each["value"] for name, each in found.to_json().items() if name in expected}
    assert {name: value.casefold() for name, value in read.items()} == {
        name: value.casefold() for name, value in expected.items()
    }
    assert found.warnings == ()
