"""Rows of tables whose prices have no decimals; pure."""

import re
from decimal import Decimal

from . import amounts
from .item_amounts import Item
from .lines import Line

_WORDS = re.compile(r"[^\W\d_]{2}")
_UNIT = re.compile(r"\s?(?:x|pcs?|stk\.?|st|szt\.?|h|hrs|ea|units?)\.?$", re.IGNORECASE)


def item(line: Line) -> Item | None:
    """A row whose last column is what two columns before it come to: count times price.

    Numbers without decimals can be anything, so a row without that proof is none.
    """
    numbers = columns(line)
    words = next((each.text for each in line.segments if _WORDS.search(_UNIT.sub("", each.text))), None)
    if words is None or len(numbers) < 3:
        return None
    *_, count, price, amount = numbers
    if not amount or count * price != amount:
        return None
    return Item(description=words.strip()[:200], quantity=count, unit_price=price, amount=amount)


def columns(line: Line) -> list[Decimal]:
    """The columns that are a number and nothing else, a unit aside, left to right."""
    found = (amounts.parse(_UNIT.sub("", each.text.strip())) for each in line.segments)
    return [each for each in found if each is not None]
