"""What a field's schema says a value looks like, and how to read one from the text after a label; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import amounts, dates, identifiers, names

DATE_WITHIN = 25
"""Characters after a label within which its date begins."""

AMOUNT_WITHIN = 60


@dataclass(frozen=True, kw_only=True)
class Read:
    """A normalised value and the characters of the text it was read from."""

    value: str
    start: int
    end: int


Reader = Callable[[str], Read | None]


def kind_of(described: Mapping[str, Any]) -> str:
    """The x-kind of a property, or what its type and format amount to."""
    if "x-kind" in described:
        return str(described["x-kind"])
    if described.get("format") == "date":
        return "date"
    if str(described.get("pattern", "")).startswith(r"^-?\d+"):
        return "amount"
    return "text"


def reader(kind: str, *, days_first: bool) -> Reader:
    """How the text after a label is read; kinds without a reader of their own are read as a line of text."""
    readers: dict[str, Reader] = {
        "date": lambda text: _date(text, days_first),
        "amount": _amount,
        "identifier": lambda text: _plain(identifiers.find_number(text)),
        "iban": lambda text: _plain(identifiers.find_iban(text)),
        "vat-id": lambda text: _plain(identifiers.find_vat_id(text)),
        "name": _name,
    }
    return readers.get(kind, _line)


def _date(text: str, days_first: bool) -> Read | None:
    found = next(iter(dates.find(text, days_first=days_first)), None)
    if found is None or found.start > DATE_WITHIN:
        return None
    return Read(value=found.value, start=found.start, end=found.end)


def _amount(text: str) -> Read | None:
    found = next(iter(amounts.find(text)), None)
    if found is None or found.start > AMOUNT_WITHIN:
        return None
    return Read(value=amounts.plain(found.value), start=found.start, end=found.end)


def _name(text: str) -> Read | None:
    name = names.cleaned(text)
    start = text.find(name) if name else -1
    return Read(value=name, start=start, end=start + len(name)) if start >= 0 else None


def _line(text: str) -> Read | None:
    line = text.strip(" :.-#\t")
    start = text.find(line)
    return Read(value=line, start=start, end=start + len(line)) if line else None


def _plain(found: tuple[str, int, int] | None) -> Read | None:
    return Read(value=found[0], start=found[1], end=found[2]) if found else None
