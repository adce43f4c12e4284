"""Invoices and orders embedded as XML (Factur-X, ZUGFeRD 1 and 2, Order-X, UBL); pure, exact."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .invoice_parties import PARTIES, party, registered
from .values import Fields, FieldValue
from .xml_tree import first, local_name, text

BYTES_AT_MOST = 20_000_000
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)")

_CROSS_INDUSTRY: Mapping[str, tuple[str, ...]] = {
    "number": ("ExchangedDocument/ID", "HeaderExchangedDocument/ID"),
    "date": ("ExchangedDocument/IssueDateTime/DateTimeString", "HeaderExchangedDocument/IssueDateTime/DateTimeString"),
    "due_date": ("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",),
    "delivery_date": ("RequestedDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",),
    "seller": ("SellerTradeParty/Name",),
    "buyer": ("BuyerTradeParty/Name",),
    "currency": ("InvoiceCurrencyCode", "OrderCurrencyCode"),
    "total": ("GrandTotalAmount",),
    "subtotal": ("TaxBasisTotalAmount", "SpecifiedTradeSettlementHeaderMonetarySummation/LineTotalAmount"),
    "tax": ("TaxTotalAmount",),
    "amount_due": ("DuePayableAmount",),
    "iban": ("PayeePartyCreditorFinancialAccount/IBANID",),
    "po_number": ("BuyerOrderReferencedDocument/IssuerAssignedID", "BuyerOrderReferencedDocument/ID"),
}
_UBL: Mapping[str, tuple[str, ...]] = {
    "number": ("/ID",),
    "date": ("/IssueDate",),
    "due_date": ("/DueDate", "PaymentMeans/PaymentDueDate"),
    "delivery_date": ("RequestedDeliveryPeriod/EndDate",),
    "seller": (
        "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName",
        "AccountingSupplierParty/Party/PartyName/Name",
        "SellerSupplierParty/Party/PartyName/Name",
    ),
    "buyer": (
        "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName",
        "AccountingCustomerParty/Party/PartyName/Name",
        "BuyerCustomerParty/Party/PartyName/Name",
    ),
    "currency": ("/DocumentCurrencyCode",),
    "total": ("LegalMonetaryTotal/TaxInclusiveAmount", "AnticipatedMonetaryTotal/PayableAmount"),
    "subtotal": ("LegalMonetaryTotal/TaxExclusiveAmount",),
    "tax": ("/TaxTotal/TaxAmount",),
    "amount_due": ("LegalMonetaryTotal/PayableAmount",),
    "iban": ("PayeeFinancialAccount/ID",),
    "po_number": ("/OrderReference/ID",),
}
_DATES = frozenset({"date", "due_date", "delivery_date"})
_AMOUNTS = frozenset({"total", "subtotal", "tax", "amount_due"})
_ROOTS = {
    "CrossIndustryInvoice": _CROSS_INDUSTRY,
    "CrossIndustryDocument": _CROSS_INDUSTRY,
    "SCRDMCCBDACIOMessageStructure": _CROSS_INDUSTRY,
    "Invoice": _UBL,
    "CreditNote": _UBL,
    "Order": _UBL,
}
_LINES = {
    "IncludedSupplyChainTradeLineItem": (
        "SpecifiedTradeProduct/Name",
        "BilledQuantity",
        "NetPriceProductTradePrice/ChargeAmount",
        "LineTotalAmount",
    ),
    "InvoiceLine": ("Item/Name", "InvoicedQuantity", "Price/PriceAmount", "LineExtensionAmount"),
    "CreditNoteLine": ("Item/Name", "CreditedQuantity", "Price/PriceAmount", "LineExtensionAmount"),
    "LineItem": ("Item/Name", "Quantity", "Price/PriceAmount", "LineExtensionAmount"),
}


def read(attachments: Sequence[tuple[str, bytes]], schema: Mapping[str, Any]) -> Fields:
    """The fields of the first embedded invoice or order that the category's schema knows; empty without one."""
    for _, data in attachments:
        root = _root(data)
        if root is not None:
            return dict(_fields(root, schema.get("properties", {})))
    return {}


def _root(data: bytes) -> Element | None:
    start = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"<") or len(data) > BYTES_AT_MOST:
        return None
    try:
        root: Element = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root if local_name(root) in _ROOTS else None


def _fields(root: Element, known: Mapping[str, Any]) -> Iterator[tuple[str, FieldValue]]:
    number = next((name for name in ("invoice_number", "order_number") if name in known), "number")
    for name, paths in _ROOTS[local_name(root)].items():
        field = number if name == "number" else name
        value = next((value for path in paths if (value := text(root, path))), None)
        read_as = _normal(name, value) if value else None
        if field in known and read_as:
            yield field, FieldValue(value=read_as, quote=value, method="xml")
    vat_id = _vat_id(root)
    if vat_id and "seller_vat_id" in known:
        yield "seller_vat_id", FieldValue(value=vat_id, quote=vat_id, method="xml")
    for field, elements in PARTIES.items():
        details = party(root, elements) if field in known else {}
        if details:
            yield field, FieldValue(value=details, method="xml")
    items = list(_line_items(root))
    if items and "line_items" in known:
        yield "line_items", FieldValue(value=items, method="xml")


def _normal(name: str, value: str) -> str | None:
    if name in _AMOUNTS:
        return value.strip()
    if name == "iban":
        return "".join(value.split())
    if name not in _DATES:
        return " ".join(value.split())
    compact = _COMPACT.match(value.replace("-", ""))
    try:
        return date(*map(int, compact.groups())).isoformat() if compact else None
    except ValueError:
        return None


def _vat_id(root: Element) -> str | None:
    party = first(root, PARTIES["seller_party"])
    return registered(party) if party is not None else None


def _line_items(root: Element) -> Iterator[dict[str, str]]:
    for line in (each for each in root.iter() if local_name(each) in _LINES):
        names = ("description", "quantity", "unit_price", "amount")
        told = zip(names, (text(line, path) for path in _LINES[local_name(line)]), strict=True)
        item = {name: " ".join(value.split()) for name, value in told if value}
        if "amount" in item or "quantity" in item:
            yield item
