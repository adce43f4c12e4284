"""The fields of a document in the forms they are searched by; pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from .entry import FieldValue

MOST_VALUES = 64
"""Values that can be filtered by; tables are found by their text."""
LONGEST_VALUE = 200
"""Characters."""

NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def searchable(fields: Mapping[str, Any]) -> list[FieldValue]:
    """Every single value by its name, a value inside an object by its path: seller_party.vat_id."""
    values = [_value(name, each) for name, found in fields.items() for name, each in _singles(name, plain(found))]
    return values[:MOST_VALUES]


def shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a hit shows: name and value, or values; tables and objects stay out."""
    values = {name: plain(found) for name, found in fields.items()}
    return {name: _short(value) for name, value in values.items() if _showable(value)}


def plain(found: Any) -> Any:
    """The value of a field, or the list of its values."""
    if isinstance(found, list):
        return [plain(each) for each in found]
    return found.get("value") if isinstance(found, dict) and "value" in found else found


def _singles(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _singles(f"{name}.{key}", plain(inner))
    elif isinstance(value, list):
        if not any(isinstance(each, dict | list) for each in value):
            yield from ((name, each) for each in value if each is not None)
    elif value is not None:
        yield name, value


def _value(name: str, value: Any) -> FieldValue:
    text = str(value)
    return FieldValue(
        name=name,
        keyword=text,
        number=float(text) if NUMBER.fullmatch(text) else None,
        date=text if _is_date(text) else None,
    )


def _is_date(text: str) -> bool:
    if not ISO_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _showable(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(each, str | int | float | bool) for each in values)


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value[:MOST_VALUES]]
    return value[:LONGEST_VALUE] if isinstance(value, str) else value
