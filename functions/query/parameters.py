"""Query parameters, read strictly: what is unknown or wrong is refused and the answer says what is allowed."""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from starlette.datastructures import QueryParams

from pipeline.errors import BadRequest
from pipeline.parameters import only, refused

LONGEST = 1_000
"""Characters of one value."""
MOST_VALUES = 50

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Parameters:
    """The parameters of one request; raises BadRequest for names that are not allowed.

    allowed names those that may be given, prefixes the beginnings of those with a name inside, as in `field.total`.
    """

    def __init__(self, given: QueryParams, *, allowed: Collection[str], prefixes: Collection[str] = ()) -> None:
        only(given, allowed, prefixes=prefixes)
        self._given = given

    def names(self, prefix: str) -> list[str]:
        return sorted({name for name in self._given if name.startswith(prefix)})

    def many(self, name: str) -> list[str]:
        """Every value given under this name, each of bounded length and without control characters."""
        values = self._given.getlist(name)
        if len(values) > MOST_VALUES:
            raise refused(f"{name} is given {len(values)} times, the limit is {MOST_VALUES}")
        for value in values:
            if len(value) > LONGEST:
                raise refused(f"{name} has {len(value)} characters, the limit is {LONGEST}")
            if CONTROL.search(value):
                raise refused(f"{name} holds a control character")
        return values

    def text(self, name: str) -> str | None:
        """The one value, stripped; None when it is absent."""
        values = self.many(name)
        if len(values) > 1:
            raise refused(f"{name} may be given once")
        return values[0].strip() if values else None

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = self.text(name)
        return default if value is None else chosen(name, value, choices)

    def choices(self, name: str, choices: Sequence[str]) -> list[str]:
        return [chosen(name, value, choices) for value in self.many(name)]

    def slugs(self, name: str) -> list[str]:
        """Names of categories or languages: lower case, digits, - and _."""
        values = self.many(name)
        for value in values:
            if not SLUG.fullmatch(value):
                raise refused(f"{name} is {value[:60]!r}, expected lower-case letters, digits, '-' or '_'")
        return values

    def number(self, name: str, *, least: int, most: int, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise refused(f"{name} is {value[:60]!r}, expected a whole number from {least} to {most}")
        return int(value)

    def cursor(self, name: str = "cursor") -> Any:
        """What `cursor` below has packed; None when it is absent."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return json.loads(base64.urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            raise invalid_cursor() from None


def cursor(content: Any) -> str:
    """An opaque place in a list, safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def invalid_cursor() -> BadRequest:
    return BadRequest("the cursor is not one that this list gave out; leave it away to begin", code="invalid-cursor")


def chosen(name: str, value: str, choices: Iterable[str]) -> str:
    if value not in choices:
        raise refused(f"{name} is {value[:60]!r}, expected one of: {', '.join(choices)}")
    return value


def bounds(name: str, value: str) -> tuple[str | None, str | None]:
    """`low..high` with one end open, as in `..100`; both ends None are refused."""
    low, _, high = value.partition("..")
    if not low and not high:
        raise refused(f"{name} is {value[:60]!r}, expected low..high with at least one of them")
    return low or None, high or None


def is_date(value: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
