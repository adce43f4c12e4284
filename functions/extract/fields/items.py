"""Rows of tables: line items of invoices and receipts, movements of bank statements; pure."""

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from . import amounts, dates
from .context import Context, Described
from .lines import Line, all_lines, spots
from .totals import CENT
from .values import FieldValue

_ENDS_ITEMS = re.compile(
    r"\b(?:sub-?\s?total|total|amount due|balance due|zwischensumme|summe|gesamt\w*|netto\w*|mwst|ust\b|vat\b|tax\b"
    r"|tva\b|iva\b|btw|change|cash|visa|mastercard|rounding"
    r"|tendered|discount|versand\w*|shipping|freight|payment|paid|imponibile|totale|importe|übertrag|carried|brought"
    r"|montant|net à payer)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"\b(?:description|item|qty|quantity|unit price|price|amount|hours|rate|bezeichnung|artikel|menge|einzelpreis"
    r"|gesamtpreis|betrag|pos\b|désignation|quantité|prix|montant"
    r"|descripción|cantidad|precio|importe|descrizione|quantità|prezzo|omschrijving|aantal|prijs|bedrag)\b",
    re.IGNORECASE,
)
_BALANCE_HEADING = re.compile(r"\b(?:balance|saldo|solde|kontostand)\b", re.IGNORECASE)
_COUNT = re.compile(
    r"(?<![\w.,])(\d{1,5}(?:[.,]\d{1,3})?)\s?(?:x|pcs?|stk\.?|stück|st|h|hours?|hrs|kg|m²|m2|m|l|ud|each|ea"
    r"|units?)?(?![\w.,%])",
    re.IGNORECASE,
)
_MARKED_OUT = re.compile(r"\b(?:dr|s|soll)\b$", re.IGNORECASE)


def line_items(context: Context, _: Described) -> FieldValue | None:
    """Rows with a description and an amount, from the table's heading to its totals; all pages."""
    read = all_lines(context.pages)
    start = next((line.number + 1 for line in read if len(set(map(str.lower, _HEADING.findall(line.text)))) >= 2), None)
    if start is None:
        return None
    found = list(_items(read[start:]))
    if not found:
        return None
    first = found[0][0]
    return FieldValue(value=[item for _, item in found], page=first.page, quote=first.text, confidence=0.6)


def transactions(context: Context, _: Described) -> FieldValue | None:
    """Rows that begin with a date and hold an amount; all pages."""
    read = all_lines(context.pages)
    balanced = any(_BALANCE_HEADING.search(line.text) and len(line.segments) >= 3 for line in read[:60])
    found = [(line, made) for line in read if (made := _movement(line, context.days_first, balanced))]
    if not found:
        return None
    rows = _signed([made for _, made in found])
    return FieldValue(value=rows, page=found[0][0].page, quote=found[0][0].text, confidence=0.6)


def _items(read: Sequence[Line]) -> Iterator[tuple[Line, dict[str, str]]]:
    for line in read:
        if _ENDS_ITEMS.search(line.segments[0].text) and amounts.find(line.text):
            if not _more_follows(line, read):
                return
            continue
        item = _item(line)
        if item:
            yield line, item


def _more_follows(line: Line, read: Sequence[Line]) -> bool:
    """A carried-over total in the middle of a list: the heading comes again below it."""
    rest = read[line.number - read[0].number + 1 :]
    return any(len(set(map(str.lower, _HEADING.findall(each.text)))) >= 3 for each in rest)


def _item(line: Line) -> dict[str, str] | None:
    """{description, quantity?, unit_price?, amount} of a row, None where it is none."""
    found = amounts.find(line.text)
    if not found or (found[-1].value == 0 and len(found) == 1):
        return None
    words = line.text[: found[0].start]
    description = " ".join(re.sub(r"^\W*\d{1,4}[.)]?\s{1,8}(?=\S*[A-Za-z])", "", words).split()).strip(" .:-|$€£")
    if sum(map(str.isalpha, description)) < 2:
        description = _text_among(line)
    if sum(map(str.isalpha, description)) < 2:
        return None
    item = {"description": description[:200]}
    amount = found[-1].value
    price = next((each.value for each in reversed(found[:-1]) if each.value), None)
    quantity = _quantity(line.text[: found[-1].start], price, amount)
    if quantity is not None:
        item["quantity"] = amounts.plain(quantity)
    if price is not None:
        item["unit_price"] = amounts.plain(price)
    return item | {"amount": amounts.plain(amount)}


def _text_among(line: Line) -> str:
    return next((spot.text.strip() for spot in spots(line) if sum(map(str.isalpha, spot.text)) > 2), "")


def _quantity(text: str, price: Decimal | None, amount: Decimal) -> Decimal | None:
    """The count that makes price x count the amount; a lone small integer without a price to check by."""
    counts = [Decimal(found[1].replace(",", ".")) for found in _COUNT.finditer(text)]
    if price is not None:
        return next((count for count in counts if abs(count * price - amount) <= CENT), None)
    return counts[-1] if len(counts) == 1 and counts[0] == counts[0].to_integral_value() and counts[0] < 1_000 else None


def _movement(line: Line, days_first: bool, balanced: bool) -> dict[str, str] | None:
    """{date, description, amount, balance?} of a statement's row."""
    text = line.text
    when = next(iter(dates.find(text[:40], days_first=days_first)), None)
    short = re.match(r"^\W{0,2}(\d{1,2}[./-]\d{1,2}\.?|\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2})(?=\s)", text)
    if (when is None or when.start > 12) and not short:
        return None
    end = when.end if when and when.start <= 12 else short.end() if short else 0
    found = [each for each in amounts.find(text[end:]) if each.cents]
    if not found:
        return None
    description = " ".join(text[end : end + found[0].start].split()).strip(" ,;|")
    with_balance = balanced and len(found) >= 2
    moved = found[-2] if with_balance else found[-1]
    row = {"date": when.value if when and when.start <= 12 else text[:end].strip()}
    row |= {"description": description[:200], "amount": amounts.plain(moved.value)}
    if with_balance:
        row["balance"] = amounts.plain(found[-1].value)
    return row


def _signed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Where running balances tell that money went out, the amount becomes negative."""
    for before, row in itertools.pairwise(rows):
        if "balance" in before and "balance" in row:
            step = Decimal(row["balance"]) - Decimal(before["balance"])
            if step < 0 and abs(step + Decimal(row["amount"])) <= CENT:
                row["amount"] = amounts.plain(step)
    return rows
