"""What the rules of one document share; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.pages import Page

from . import dates, kinds, lines
from .kinds import Reader
from .lines import Line
from .values import Fields

TEXT_CHARS = 40_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """found grows while the fields of the schema are read in their order: a buyer is not the seller again."""

    read: tuple[Line, ...]
    text: str
    days_first: bool
    pages: Sequence[Page] = ()
    enclosed: int = 0
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: Fields = field(default_factory=dict)

    def reader(self, kind: str) -> Reader:
        return kinds.reader(kind, days_first=self.days_first)

    def known(self, name: str) -> str:
        """The value found for a field so far, empty without one."""
        value = self.found.get(name)
        return str(value.value) if value and not isinstance(value, list) else ""


def context_of(pages: Sequence[Page], schema: Mapping[str, Any], enclosed: int = 0) -> Context:
    read = lines.lines(pages)
    text = "\n".join(line.text for line in read)[:TEXT_CHARS]
    labels = {name: described.get("x-labels", ()) for name, described in schema.get("properties", {}).items()}
    return Context(
        read=read, text=text, days_first=dates.day_first(text), pages=pages, enclosed=enclosed, labels=labels
    )


Described = Mapping[str, Any]
