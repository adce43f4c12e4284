import pytest

from functions.extract.fields import FieldValue, extract_fields, invoice_xml
from pipeline import categories

from .laid_out import page

CII = """<?xml version="1.0"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:rsm" xmlns:ram="urn:ram" xmlns:udt="urn:udt">
 <rsm:ExchangedDocument><ram:ID>R-77</ram:ID>
  <ram:IssueDateTime><udt:DateTimeString format="102">20240131</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:SpecifiedTradeProduct><ram:Name>Lamp</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>50.00</ram:ChargeAmount>
   </ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>2</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
    <ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
   </ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Lampen
     Nord GmbH</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE136695976</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Stadt Ulm</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement>
   <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
    <ram:IBANID>DE89 3704 0044 0532 0130 00</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
   </ram:SpecifiedTradeSettlementPaymentMeans>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount>19.00</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>119.00</ram:GrandTotalAmount><ram:DuePayableAmount>119.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""

UBL = """<Invoice xmlns="urn:i" xmlns:cac="urn:cac" xmlns:cbc="urn:cbc">
 <cbc:ID>U-9</cbc:ID><cbc:IssueDate>2024-02-01</cbc:IssueDate><cbc:DueDate>2024-03-01</cbc:DueDate>
 <cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Salg AB</cbc:Name></cac:PartyName></cac:Party>
 </cac:AccountingSupplierParty>
 <cac:TaxTotal><cbc:TaxAmount>25.00</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount>125.00</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity>4</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Kaffe</cbc:Name></cac:Item></cac:InvoiceLine>
</Invoice>"""

SCHEMA = categories.named("invoice").fields


def values(xml: str) -> dict[str, object]:
    found = invoice_xml.read([("factur-x.xml", b"\xef\xbb\xbf" + xml.encode())], SCHEMA)
    return {name: field.value for name, field in found.items() if isinstance(field, FieldValue)}


def test_a_cross_industry_invoice_is_read_exactly() -> None:
    assert values(CII) == {
        "invoice_number": "R-77",
        "date": "2024-01-31",
        "seller": "Lampen Nord GmbH",
        "buyer": "Stadt Ulm",
        "currency": "EUR",
        "total": "119.00",
        "subtotal": "100.00",
        "tax": "19.00",
        "amount_due": "119.00",
        "iban": "DE89370400440532013000",
        "seller_vat_id": "DE136695976",
        "seller_party": {"name": "Lampen Nord GmbH", "vat_id": "DE136695976"},
        "buyer_party": {"name": "Stadt Ulm"},
        "line_items": [{"description": "Lamp", "quantity": "2", "unit_price": "50.00", "amount": "100.00"}],
    }


def test_a_ubl_invoice_is_read_and_line_numbers_are_not_its_number() -> None:
    found = values(UBL)
    assert found["invoice_number"] == "U-9"
    assert (found["date"], found["due_date"], found["currency"]) == ("2024-02-01", "2024-03-01", "SEK")
    assert (found["total"], found["subtotal"], found["tax"]) == ("125.00", "100.00", "25.00")
    assert found["line_items"] == [{"description": "Kaffe", "quantity": "4", "amount": "100.00"}]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"<Invoice",
        b'<?xml version="1.0" encoding="nonexistent"?><Invoice/>',
        b"<html><body/></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Invoice>&a;</Invoice>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Invoice/>',
    ],
)
def test_what_is_no_invoice_gives_no_fields(data: bytes) -> None:
    assert invoice_xml.read([("a.xml", data)], SCHEMA) == {}


def test_embedded_values_win_and_carry_their_place_on_the_page() -> None:
    shown = page("Lampen Nord GmbH\nRechnung Nr. R-77 vom 31.01.2024\nGesamtbetrag   119,00 EUR")
    extraction = extract_fields(
        category="invoice", pages=[shown], attachments=[("x.xml", CII.encode())], corrections={}
    )
    total = extraction.fields["total"]
    assert isinstance(total, FieldValue)
    assert (total.value, total.method, total.page, total.quote) == ("119.00", "xml", 1, "119,00 EUR")
    assert total.confidence == 1.0


def test_a_page_that_says_otherwise_is_warned_about() -> None:
    shown = page("Lampen Nord GmbH\nRechnung Nr. R-78 vom 31.01.2024\nGesamtbetrag   999,00 EUR")
    extraction = extract_fields(
        category="invoice", pages=[shown], attachments=[("x.xml", CII.encode())], corrections={}
    )
    total = extraction.fields["total"]
    assert isinstance(total, FieldValue)
    assert total.value == "119.00"
    differing = [warning.message for warning in extraction.warnings if warning.code == "xml-differs"]
    assert any("total" in message and "999.00" in message for message in differing)
