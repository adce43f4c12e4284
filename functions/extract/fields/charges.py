"""What is paid or taken off beside the list: freight, tips, fees, discounts; pure."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.checks import TOLERANCE, sum_of

from . import amounts
from .amounts import AmountFound
from .context import Context, Described
from .lines import Line
from .values import FieldValue

TOGETHER_AT_MOST = 8

_CHARGE = re.compile(
    r"\b(?:shipping|freight|delivery|postage|carriage|handling|insurance|surcharge|tips?\b|gratuity|rounding|deposit"
    r"|service charge|fees?\b|versand\w*|porto|fracht\w*|trinkgeld|gebühr\w*|pfand|livraison|frais\b|port\b|pourboire"
    r"|env[íi]o|portes|propina|spedizione|trasporto|mancia|verzend\w*|statiegeld|fooi|frete|wysyłka)",
    re.IGNORECASE,
)
_DISCOUNT = re.compile(
    r"\b(?:discount|rebate|coupon|voucher|savings?|rabatt|nachlass|skonto|gutschein|remise|réduction|rabais|descuento"
    r"|sconto|korting|desconto)",
    re.IGNORECASE,
)
_DAY_LAST = re.compile(
    r"(?:\bdate|datum|\bfecha|termin)\b[^\d$€£¥]{0,30}(?:[0-2]?\d|3[01])(?:[.,](?:0[1-9]|[12]\d|3[01]))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One line beside the list; what is taken off is negative."""

    line: Line
    amount: Decimal

    def to_json(self) -> dict[str, str]:
        """{description, amount}."""
        priced = amounts.find(self.line.text)
        words = self.line.text[: priced[0].start] if priced else self.line.segments[0].text
        return {"description": " ".join(words.split()).strip(" .:-|$€£")[:200], "amount": amounts.plain(self.amount)}


def charges(context: Context, _: Described) -> FieldValue | None:
    """The charges that lead from the list to its subtotal, or from that to the total; none where nothing is open."""
    shown = list(named(context))[:TOGETHER_AT_MOST]
    together = next((each for gap in _gaps(context) if (each := _leading(shown, gap))), None)
    if not together:
        return None
    first = together[0].line
    return FieldValue(value=[each.to_json() for each in together], page=first.page, quote=first.text, confidence=0.85)


def named(context: Context) -> Iterator[Charge]:
    """The lines that say so and end in an amount; the day and month of a delivery date are none."""
    for line in context.read:
        discount = _DISCOUNT.search(line.text)
        found = _amounts(line, context.whole_amounts) if discount or _CHARGE.search(line.text) else []
        if found and found[-1].value and not _DAY_LAST.search(line.text):
            value = found[-1].value
            yield Charge(line=line, amount=-abs(value) if discount else value)


def _amounts(line: Line, whole: bool) -> list[AmountFound]:
    return amounts.find(line.text) or (amounts.entire(line.segments[-1].text) if whole else [])


def _gaps(context: Context) -> list[Decimal]:
    """What is open between subtotal and total, and between the list and either."""
    subtotal, tax, total = (context.amount(name) for name in ("subtotal", "tax", "total"))
    items = _listed(context)
    gaps = []
    if subtotal is not None and total is not None:
        gaps.append(total - subtotal - (tax or 0))
    if items is not None:
        expected = [each for each in (subtotal, total, total - tax if total and tax else None) if each is not None]
        gaps += [] if any(abs(each - items) <= TOLERANCE for each in expected) else [each - items for each in expected]
    return [gap for gap in gaps if abs(gap) > TOLERANCE]


def _leading(shown: Sequence[Charge], gap: Decimal) -> tuple[Charge, ...] | None:
    """The most charges that close a gap."""
    sizes = range(len(shown), 0, -1)
    together = itertools.chain.from_iterable(itertools.combinations(shown, size) for size in sizes)
    return next((each for each in together if abs(sum(one.amount for one in each) - gap) <= TOLERANCE), None)


def _listed(context: Context) -> Decimal | None:
    found = context.found.get("line_items")
    rows = found.value if isinstance(found, FieldValue) and isinstance(found.value, list) else []
    return sum_of(rows)
