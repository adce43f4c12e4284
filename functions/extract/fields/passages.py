"""Text that runs over the ends of lines, and where its characters stand; pure."""

import bisect
import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.pages import Box

from .lines import Line
from .values import FieldValue


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """Lines read on, parted by single spaces."""

    read: Sequence[Line]
    chars: int

    @functools.cached_property
    def text(self) -> str:
        return " ".join(line.text.replace("\n", " ") for line in self.read)[: self.chars]

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *itertools.accumulate(len(line.text) + 1 for line in self.read)]

    def shown(self, value: str, start: int, end: int, confidence: float) -> FieldValue:
        """A value read from the characters start to end."""
        line = self.line(start)
        quote = self.text[start:end]
        return FieldValue(value=value, page=line.page, quote=quote, box=_box(quote, line), confidence=confidence)

    def line(self, at: int) -> Line:
        return self.read[bisect.bisect_right(self._starts, at) - 1]

    def end(self, lines: int) -> int:
        """Where the first lines end."""
        return self._starts[min(lines, len(self.read))]

    def find(self, words: str) -> tuple[int, int] | None:
        """Where the words stand first, whatever the case and the spaces between them."""
        pattern = r"\s+".join(map(re.escape, words.split()))
        found = re.search(rf"(?<!\w){pattern}(?!\w)", self.text, re.IGNORECASE)
        return found.span() if found else None


def _box(quote: str, line: Line) -> Box | None:
    """Where a quote stands that is no longer than its segment."""
    for spot in line.spots:
        at = spot.text.find(quote)
        if at >= 0:
            return spot.part(at, at + len(quote))
    return None
