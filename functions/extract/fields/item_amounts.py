"""Is the only price of a row that of one piece or that of the row? Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.checks import TOLERANCE

from . import amounts, charges
from .context import Context

_OF_ONE = re.compile(
    r"\b(?:unit (?:price|cost)|price (?:each|per|/)|per unit|each|rate|einzelpreis|e-?preis|stückpreis|preis je"
    r"|prix unit|p\.?u\.?\b|precio unit|precio/u|prezzo unit|prijs per|stukprijs|eenheidsprijs|preço unit|cena jedn)",
    re.IGNORECASE,
)
_OF_ROW = re.compile(
    r"\b(?:amount|total|gesamt\w*|summe|betrag|montant|importe|importo|totale|totaal|bedrag|valor|wartość|kwota)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:qty|quantity|hours|pcs|units|menge|anzahl|stunden|quantité|qté|cantidad|cant|quantità|q\.tà|aantal|quantidade"
    r"|qtd|ilość)\b",
    re.IGNORECASE,
)

MOST = Decimal(10) ** 15
"""What no row comes to: two numbers of other columns."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row; unit_price is None where the row shows one price only."""

    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal

    def to_json(self) -> dict[str, str]:
        """{description, quantity?, unit_price?, amount}."""
        numbers = {"quantity": self.quantity, "unit_price": self.unit_price, "amount": self.amount}
        told = {name: amounts.plain(each) for name, each in numbers.items() if each is not None}
        return {"description": self.description} | told


def multiplied(items: Sequence[Item], context: Context, heading: str) -> Sequence[Item]:
    """The items; prices become amounts times their quantity where sums or the heading say they are of one piece."""
    by_piece = [_by_piece(item) for item in items]
    expected = _expected(context)
    if _add_up(items, expected):
        return items
    if _add_up(by_piece, expected) or _add_up(by_piece, _less_a_charge(expected, context)):
        return by_piece
    of_one = _OF_ONE.search(heading) and _COUNTED.search(heading) and not _OF_ROW.search(_OF_ONE.sub("", heading))
    return by_piece if of_one else items


def _by_piece(item: Item) -> Item:
    """What was read as a price without its count can be the count, written with two decimals."""
    if item.unit_price is not None and item.quantity is not None:
        return item
    quantity = item.unit_price if item.quantity is None else item.quantity
    if quantity is None:
        return item
    product = quantity * item.amount
    if abs(product) >= MOST:
        return item
    return replace(item, quantity=quantity, unit_price=item.amount, amount=product.quantize(Decimal("0.01")))


def _add_up(items: Sequence[Item], expected: Sequence[Decimal]) -> bool:
    total = sum((item.amount for item in items), Decimal(0))
    return any(abs(total - each) <= TOLERANCE for each in expected)


def _expected(context: Context) -> list[Decimal]:
    """Subtotal, total, and total without tax, as far as they are known."""
    subtotal, tax, total = (context.amount(name) for name in ("subtotal", "tax", "total"))
    net = None if total is None or tax is None else total - tax
    return [each for each in (subtotal, total, net) if each is not None]


def _less_a_charge(expected: Sequence[Decimal], context: Context) -> list[Decimal]:
    """What is expected of the rows where one other line, as freight, counts too."""
    return [each - charge.amount for each in expected for charge in charges.named(context)]
