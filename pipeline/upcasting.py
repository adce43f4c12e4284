"""Events as other versions of the product wrote them, read as those of today; pure.

An older version goes through the steps that lead from it to today's. A newer minor version only adds: what it adds is
left out. A newer major version is refused.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import Rejected
from .events import EVENTS, Event
from .schemas import VERSION, validate

E = TypeVar("E", bound=Event)
Step = Callable[[dict[str, Any]], dict[str, Any]]


def unchanged(data: dict[str, Any]) -> dict[str, Any]:
    """The next version only adds what has a default."""
    return data


STEPS: dict[tuple[str, str], tuple[str, Step]] = {
    ("document.classified", "1.0"): ("1.1", unchanged),
    ("document.classified", "1.1"): ("1.2", unchanged),
    ("document.extracted", "1.0"): ("1.1", unchanged),
}
"""Event and version: the next version, and how its data follow."""


def upcast(kind: type[E], version: str, data: dict[str, Any]) -> E:
    """The event of today from data of any version that can be read; raises Rejected(future-version)."""
    if is_future(kind, version):
        raise Rejected("future-version", f"{kind.name} {version} is newer than {kind.version}, which is read here")
    while step := STEPS.get((kind.name, version)):
        version, change = step
        data = change(data)
    return kind.from_data(data)


def checked(kind: type[E], version: str, data: Any) -> E:
    """The same for data that nobody has checked yet; raises Rejected(schema-invalid) too."""
    if not is_future(kind, version):
        later = numbers(version) > numbers(kind.version)
        validate(kind.name, kind.version if later else version, data)
    return upcast(kind, version, data)


def type_of(kind: type[Event], version: str) -> str:
    """The CloudEvents type of an event in this version."""
    return f"docstream.{kind.name}.v{numbers(version)[0]}"


def is_readable(name: str, version: str) -> bool:
    return name in EVENTS and not is_future(EVENTS[name], version)


def is_future(kind: type[Event], version: str) -> bool:
    return numbers(version)[0] > numbers(kind.version)[0]


@functools.lru_cache(maxsize=64)
def numbers(version: str) -> tuple[int, int]:
    """Major and minor; raises Rejected(schema-invalid)."""
    if not VERSION.fullmatch(version):
        raise Rejected("schema-invalid", f"{version[:20]!r} is no version")
    major, minor = version.split(".")
    return int(major), int(minor)
