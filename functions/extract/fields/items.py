"""The line items of invoices, receipts and orders; pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from pipeline.checks import TOLERANCE

from . import amounts, whole_numbers
from .context import Context, Described
from .item_amounts import Item, multiplied
from .lines import Line
from .values import FieldValue

HEADINGS_AT_LEAST = 2

_ENDS_ITEMS = re.compile(
    r"\b(?:sub-?\s?total|total|amount due|balance due|zwischensumme|summe|gesamt\w*|netto\w*|mwst|ust\b|vat\b|tax\b"
    r"|tva\b"
    r"|iva\b|btw|(?<!\w\s)nett?(?=\W*$)|change|cash|visa|mastercard|rounding|tendered|discount|versand\w*|shipping|freight|payment"
    r"|paid|imponibile"
    r"|totale|importe|übertrag|carried|brought|montant|net à payer|totaal|subtotaal|suma|razem)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\b(?:description|item|product|article|qty|quantity|unit price|price|cost|amount|hours|rate|bezeichnung|artikel"
    r"|beschreibung|leistung|menge|anzahl|einzelpreis|stückpreis|preis|gesamtpreis|betrag|pos\b|désignation|quantité"
    r"|qté|prix|montant|descripción|artículo|concepto|cantidad|cant|precio|importe|descrizione|articolo|quantità|q\.tà"
    r"|prezzo|importo|omschrijving|aantal|prijs|bedrag|descrição|artigo|quantidade|qtd|preço|valor|nazwa|opis|ilość"
    r"|cena|wartość)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?<![\w.,])(\d{1,5}(?:[.,]\d{1,3})?)\s?"
    r"(?:x|pcs?|stk\.?|stück|st|std\.?|szt\.?|h|hours?|hrs|kg|m²|m2|m|l|ud|each|ea|units?)?(?![\w.,%])",
    re.IGNORECASE,
)
_ONLY_COUNT = re.compile(rf"^\W{{0,2}}{_COUNT.pattern}\W{{0,2}}$", re.IGNORECASE)
_POSITION = re.compile(r"^\W{0,2}\d{1,4}[.)]?\s{1,8}(?=\S*[A-Za-z])")
_END_COUNT = re.compile(rf"\s{{1,8}}{_COUNT.pattern}$", re.IGNORECASE)


def line_items(context: Context, _: Described) -> FieldValue | None:
    """Rows with a description and an amount, from the table's heading to its totals; all pages."""
    read = context.whole.read
    headings = [line for line in read if _headings(line) >= HEADINGS_AT_LEAST]
    if not headings:
        return None
    below, last = read[headings[0].number + 1 :], headings[-1].number
    found = list(_items(below, last, _item))
    if not found and context.whole_amounts:
        found = list(_items(below, last, whole_numbers.item))
    if not found:
        return None
    first = found[0][0]
    items = multiplied([item for _, item in found], context, headings[0].text)
    return FieldValue(value=[item.to_json() for item in items], page=first.page, quote=first.text, confidence=0.6)


def _headings(line: Line) -> int:
    return len({found.lower() for found in _HEADING.findall(line.text)})


def _items(
    read: Sequence[Line], last_heading: int, item_of: Callable[[Line], Item | None]
) -> Iterator[tuple[Line, Item]]:
    """A total ends the list, unless the heading comes again below it: then it was carried over to the next page."""
    for line in read:
        if _ENDS_ITEMS.search(line.segments[0].text) and (amounts.find(line.text) or whole_numbers.columns(line)):
            if line.number > last_heading:
                return
            continue
        item = item_of(line)
        if item:
            yield line, item


def _item(line: Line) -> Item | None:
    """The item of a row, None where it is none."""
    found = amounts.find(line.text)
    if not found or (found[-1].value == 0 and len(found) == 1):
        return None
    description = _description(line)
    if sum(map(str.isalpha, description)) < 2:
        return None
    amount = found[-1].value
    price = next((each.value for each in reversed(found[:-1]) if each.value), None)
    if price is None:
        quantity = _lone_quantity(line, line.text[: found[-1].start])
    else:
        quantity = _quantity(line.text[: found[-1].start], price, amount)
    return Item(description=description[:200], quantity=quantity, unit_price=price, amount=amount)


def _description(line: Line) -> str:
    """The first column with words, without a position before or a count behind it."""
    for segment in line.segments:
        text = segment.text.strip()
        priced = amounts.find(text)
        text = text[: priced[0].start] if priced and priced[0].start else text
        if sum(map(str.isalpha, text)) >= 2 and not _ONLY_COUNT.match(text):
            return _END_COUNT.sub("", _POSITION.sub("", text)).strip(" .:-|$€£")
    return ""


def _quantity(text: str, price: Decimal, amount: Decimal) -> Decimal | None:
    """The count that makes price x count the amount."""
    return next((count for count in _counts(_COUNT, text) if abs(count * price - amount) <= TOLERANCE), None)


def _lone_quantity(line: Line, text: str) -> Decimal | None:
    """Without a price to check by: the last column that is only a count, else the one count in the text."""
    texts = [segment.text for segment in line.segments if not amounts.find(segment.text)]
    columns = [count for each in texts for count in _counts(_ONLY_COUNT, each)]
    counts = columns[-1:] or _counts(_COUNT, text)
    whole = len(counts) == 1 and counts[0] == counts[0].to_integral_value()
    return counts[0] if whole and counts[0] < 1_000 else None


def _counts(pattern: re.Pattern[str], text: str) -> list[Decimal]:
    return [Decimal(found[1].replace(",", ".")) for found in pattern.finditer(text)]
