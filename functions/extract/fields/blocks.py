"""Blocks of lines that stand under one another, and which of them are addresses; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import dates, names
from .lines import Line, Spot, spots

LINES_AT_MOST = 7
LEFT_SLACK = 0.015
GAP_HEIGHTS = 1.3

_POSTAL = re.compile(
    r"^(?:[A-Z]{1,2}[- ])?\d{4,6},? [A-ZÄÖÜÉ][\w .\-äöüßé]{2,40}|\b[A-Z]{2},? \d{5}(?:-\d{4})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b\d{5} [A-ZÄÖÜ][\w-]{2,30}"
    r"|^\d{4} ?[A-Z]{2} [A-Z]\w+|^[A-Z][A-Za-z .]{2,25},? ?-? ?\d{6}$|, [A-Z][\w. ]{1,20} \d{5}(?:-\d{4})?\b"
)

_COUNTRY = re.compile(
    r"^(?:Germany|Deutschland|France|U\.?S\.?A|United|UK|England|Ireland|Nederland|The Netherlands|Netherlands|Belgi"
    r"|Österreich|Austria|Schweiz"
    r"|Switzerland|Suisse|España|Spain|Itali|Italy|Portugal|Pol|Hong Kong|Canada|Australia|India|Malaysia|Singapore"
    r"|Sweden|Norway|Denmark)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Segments in one column, top to bottom."""

    spots: tuple[Spot, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(spot.text for spot in self.spots)

    @property
    def is_address(self) -> bool:
        """Two lines or more, with a postal code and a town below the first."""
        return has_postal_code(self.texts[1:])

    def named(self, but_not: re.Pattern[str] | None = None) -> Spot | None:
        """The first line that is a name and no date, and does not match."""
        return next(
            (
                spot
                for spot in self.spots
                if names.cleaned(spot.text)
                and not dates.find(spot.text)
                and not (but_not and but_not.search(spot.text))
            ),
            None,
        )


def has_postal_code(texts: Sequence[str]) -> bool:
    return any(_POSTAL.search(text) for text in texts)


def blocks(read: Sequence[Line], first: int = 0, last: int = 60) -> list[Block]:
    """The blocks among lines first to last, in the order they begin."""
    taken: set[tuple[int, int]] = set()
    found = []
    for line in read[first:last]:
        for spot in spots(line):
            if (line.number, spot.index) not in taken:
                column = _column(spot, read, last)
                taken.update((each.line.number, each.index) for each in column)
                found.append(Block(spots=tuple(column)))
    return found


def block_below(spot: Spot, read: Sequence[Line]) -> Block:
    """The block that begins at a segment."""
    return Block(spots=tuple(_column(spot, read, len(read))))


def _column(top: Spot, read: Sequence[Line], last: int) -> list[Spot]:
    column = [top]
    for line in read[top.line.number + 1 : min(last, top.line.number + 1 + 3 * LINES_AT_MOST)]:
        above = column[-1]
        if line.page != top.line.page or len(column) >= LINES_AT_MOST:
            break
        height = max(above.segment.box[3] - above.segment.box[1], 0.004)
        if top.box is not None and line.segments[0].box[1] - above.segment.box[3] > GAP_HEIGHTS * height:
            break
        if (
            (len(column) > 1 or "," in above.text)
            and _POSTAL.search(above.text)
            and not _COUNTRY.match(line.segments[0].text)
        ):
            break
        aligned = [each for each in spots(line) if abs(each.segment.box[0] - top.segment.box[0]) < LEFT_SLACK]
        if aligned:
            column.append(aligned[0])
        elif top.box is None:
            break
    return column
