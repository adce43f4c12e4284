import pytest

from functions.extract.fields import extract_fields

from .laid_out import page


def read(text: str) -> dict[str, str]:
    found = extract_fields(category="receipt", pages=[page(text)], attachments=[], corrections={}, language="en")
    return {name: value["value"] for name, value in found.to_json().items() if isinstance(value, dict)}


def test_the_address_stands_below_a_name_that_ocr_misread() -> None:
    shop = "ORKID MALAYSIA SON BHD (662288-V)\n12 JALAN PENDEKAR U1/48\n4015O SHAH ALAM SELANGOR\nTEL: 03-55690002"
    assert read(shop)["address"] == "12 JALAN PENDEKAR U1/48 40150 SHAH ALAM SELANGOR"


def test_an_address_may_be_a_place_without_a_number() -> None:
    shop = (
        "Nyonya Pharmacy Sdn Bhd\nCompany Reg No. 289892V\nSunway Summit, Subang\n22241 PLASTERS   18.00\nTOTAL   18.00"
    )
    assert read(shop)["address"] == "Sunway Summit, Subang"


def test_a_garbled_telephone_number_ends_the_address() -> None:
    shop = "KEDAI MAJU SDN BHD\nNo 15 Jalan Ria 10\nBandar Baru Rimba\n1e1:05-60952052\nTOTAL   4.50"
    assert read(shop)["address"] == "No 15 Jalan Ria 10 Bandar Baru Rimba"


@pytest.mark.parametrize(
    ("head", "seller"),
    [
        ("KEDAI PAPAN SENTOSA\nSDN BHD\nNo 3 Jalan Satu", "KEDAI PAPAN SENTOSA SDN BHD"),
        ("BLUE HERON FOODS\nLtd.\n3 High Street", "BLUE HERON FOODS Ltd."),
        ("Ref No: 0 00696305041961\nPT17920, Bandar Ria\n06/04/2017", None),
    ],
)
def test_a_shop_is_named_by_its_head_with_its_legal_form(head: str, seller: str | None) -> None:
    assert read(f"{head}\n06/04/2017\nTOTAL   4.50").get("seller") == seller
