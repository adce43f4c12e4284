"""Labelled values against found ones: equal, different, or absent; and whether quotes are real. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

AMOUNTS = frozenset({"total", "subtotal", "tax", "amount_due", "opening_balance", "closing_balance"})
_OUTER = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, kw_only=True)
class Count:
    """hits were found as labelled; wrong: found, but not labelled so; missed: labelled, but not found so."""

    hits: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(hits=self.hits + other.hits, wrong=self.wrong + other.wrong, missed=self.missed + other.missed)

    def scores(self) -> dict[str, float | int]:
        """A share of nothing is 0."""
        found, there = self.hits + self.wrong, self.hits + self.missed
        return {
            "values": there,
            "precision": round(self.hits / found, 4) if found else 0.0,
            "recall": round(self.hits / there, 4) if there else 0.0,
            "f1": round(2 * self.hits / (found + there), 4) if found + there else 0.0,
        }


def counted(labels: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Count]:
    """By labelled field; fields that are not labelled are not looked at. found maps names to plain values."""
    return {name: compared(name, label, found.get(name)) for name, label in labels.items()}


def compared(name: str, label: Any, value: Any) -> Count:
    """One value; of a list each member, whatever their order."""
    if isinstance(label, list):
        return _members(name, label, value if isinstance(value, list) else [] if value is None else [value])
    if value is None:
        return Count(missed=1)
    return Count(hits=1) if equal(name, label, value) else Count(wrong=1, missed=1)


def _members(name: str, labels: Sequence[Any], values: Sequence[Any]) -> Count:
    left = list(values)
    for label in labels:
        match = next((value for value in left if equal(name, label, value)), None)
        if match is not None:
            left.remove(match)
    hits = len(values) - len(left)
    return Count(hits=hits, wrong=len(left), missed=len(labels) - hits)


def equal(name: str, label: Any, value: Any) -> bool:
    """Dates and amounts by what they are worth, everything else as text."""
    if name in AMOUNTS or isinstance(label, int | float):
        numbers = [_number(each) for each in (label, value)]
        if None not in numbers:
            return numbers[0] == numbers[1]
    dates = [_date(each) for each in (label, value)]
    return dates[0] == dates[1] if None not in dates else folded(label) == folded(value)


def folded(value: Any) -> str:
    """NFKC, one case, single spaces, no punctuation around it."""
    text = " ".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
    return _OUTER.sub("", text)


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Names and values, without evidence, of the fields as the API gives them."""
    return {
        name: [each["value"] for each in field] if isinstance(field, list) else field["value"]
        for name, field in fields.items()
    }


def quotes(fields: Mapping[str, Any], text: str) -> Iterator[tuple[str, bool]]:
    """The method of each value, and whether the text holds its quote; spaces and punctuation aside."""
    haystack = _letters(text)
    for field in fields.values():
        for each in field if isinstance(field, list) else [field]:
            quote = each.get("quote") or ""
            letters = _letters(quote)
            yield each["method"], bool(quote) and (letters in haystack if letters else quote in text)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None
