"""Seller and buyer of an embedded invoice or order; pure."""

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from .xml_tree import first, local_name, text

PARTIES: Mapping[str, tuple[str, ...]] = {
    "seller_party": ("SellerTradeParty", "AccountingSupplierParty", "SellerSupplierParty"),
    "buyer_party": ("BuyerTradeParty", "AccountingCustomerParty", "BuyerCustomerParty"),
}
_NAMES = ("/Name", "PartyLegalEntity/RegistrationName", "PartyName/Name")
_ADDRESS = (
    *(f"PostalTradeAddress/{part}" for part in ("LineOne", "LineTwo", "LineThree", "PostcodeCode", "CityName")),
    *(f"PostalAddress/{part}" for part in ("StreetName", "AdditionalStreetName", "PostalZone", "CityName")),
)
_COUNTRY = ("PostalTradeAddress/CountryID", "PostalAddress/Country/IdentificationCode")


def registered(element: Element) -> str | None:
    """The VAT identification number of a party."""
    for registration in element.iter():
        parent = local_name(registration) in ("SpecifiedTaxRegistration", "PartyTaxScheme")
        for each in registration if parent else ():
            if each.text and (each.get("schemeID") == "VA" or local_name(each) == "CompanyID"):
                return re.sub(r"\s", "", each.text)
    return None


def party(root: Element, elements: Sequence[str]) -> dict[str, str]:
    """{name, address?, vat_id?, country?}, empty without a name."""
    element = first(root, elements)
    named = next((found for path in _NAMES if element is not None and (found := text(element, path))), None)
    if element is None or named is None:
        return {}
    address = [found for path in _ADDRESS if (found := text(element, path))]
    country = next((found for path in _COUNTRY if (found := text(element, path))), None)
    value = {"name": named, "address": ", ".join(address), "country": country, "vat_id": registered(element)}
    return {key: " ".join(each.split()) for key, each in value.items() if each}
