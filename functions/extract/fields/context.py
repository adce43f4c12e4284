"""What the rules of one document share; pure."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.pages import Page

from . import amounts, kinds, lines, movements, totals
from .date_order import DateOrder, order_of
from .kinds import Reader
from .labels import candidates
from .lines import Line
from .movements import Movement
from .passages import Passage
from .totals import Amount
from .values import Fields

TEXT_CHARS = 40_000
WHOLE_CHARS = 400_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Context:
    """found grows while the fields of the schema are read in their order: a buyer is not the seller again."""

    read: tuple[Line, ...]
    text: str
    dates: DateOrder
    pages: Sequence[Page] = ()
    enclosed: int = 0
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: Fields = field(default_factory=dict)

    @functools.cached_property
    def passage(self) -> Passage:
        """What is read first, without line ends: the opening of a text and its end."""
        return Passage(read=self.read, chars=TEXT_CHARS)

    @functools.cached_property
    def whole(self) -> Passage:
        """All pages: a clause may stand on any."""
        return Passage(read=lines.all_lines(self.pages), chars=WHOLE_CHARS)

    @functools.cached_property
    def whole_amounts(self) -> bool:
        """Can a number without cents be money? Who writes cents anywhere writes no money without them."""
        return not any(each.cents for line in self.whole.read for each in amounts.find(line.text))

    @functools.cached_property
    def sums(self) -> tuple[Amount | None, Amount | None, Amount | None]:
        """The total, and the subtotal and the tax that add up to it."""
        read, whole = self.read, self.whole_amounts
        subtotals, taxes = (totals.parts(self.labels.get(name, ()), read, whole) for name in ("subtotal", "tax"))
        return totals.consistent(totals.totals(self.labels["total"], read, whole), subtotals, taxes, read)

    @functools.cached_property
    def movements(self) -> tuple[Sequence[Movement], bool]:
        """The movements of all pages, and whether their last column is a running balance."""
        return movements.read(self.whole.read, self.days_first)

    @property
    def days_first(self) -> bool:
        return self.dates.days_first

    def reader(self, kind: str) -> Reader:
        return kinds.reader(kind, days_first=self.days_first)

    def known(self, name: str) -> str:
        """The value found for a field so far, empty without one."""
        value = self.found.get(name)
        return str(value.value) if value and not isinstance(value, list) else ""

    def amount(self, name: str) -> Decimal | None:
        """The amount found for a field so far."""
        try:
            return Decimal(self.known(name))
        except InvalidOperation:
            return None


def context_of(pages: Sequence[Page], schema: Mapping[str, Any], enclosed: int = 0, language: str = "und") -> Context:
    """language is the ISO 639-1 code of the text, "und" where it is not known."""
    read = lines.lines(pages)
    text = "\n".join(line.text for line in read)[:TEXT_CHARS]
    labels = {name: described.get("x-labels", ()) for name, described in schema.get("properties", {}).items()}
    order = order_of(text, language, _issued_and_due(read, labels))
    return Context(read=read, text=text, dates=order, pages=pages, enclosed=enclosed, labels=labels)


def _issued_and_due(read: Sequence[Line], labels: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The dates beside the labels of both, as they are printed."""
    reader = kinds.reader("date", days_first=True)
    found = [candidates(labels.get(name, ()), read, reader)[:1] for name in ("date", "due_date")]
    return tuple(each.to_value().quote or "" for one in found for each in one)


Described = Mapping[str, Any]
