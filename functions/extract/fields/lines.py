"""Pages as a list of lines that know their neighbours; pure."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.pages import Box, Page, Row, Segment

from ..lines import around

FIRST_PAGES = 5
LAST_PAGES = 2
LINE_CHARS = 2_000
NOWHERE: Box = (0.0, 0.0, 1.0, 1.0)
"""The box of rows in formats without places."""

_FIXED_SPACES = re.compile("[\u00a0\u2007\u202f]")
BELOW_LINES = 3
BELOW_HEIGHTS = 4.0
COLUMN_SLACK = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """One row of a page; number counts from the top of the pages read."""

    page: int
    number: int
    segments: tuple[Segment, ...]
    text: str

    @functools.cached_property
    def spots(self) -> tuple["Spot", ...]:
        return tuple(Spot(line=self, index=index) for index in range(len(self.segments)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Spot:
    """A segment of a line, by its place in it."""

    line: Line
    index: int

    @property
    def segment(self) -> Segment:
        return self.line.segments[self.index]

    @functools.cached_property
    def text(self) -> str:
        return self.segment.text[:LINE_CHARS]

    @property
    def box(self) -> Box | None:
        return None if self.segment.box == NOWHERE else self.segment.box

    def part(self, start: int, end: int) -> Box | None:
        """Where characters start to end of the segment stand, taken as equally wide."""
        if self.box is None:
            return None
        left, top, right, bottom = self.box
        step = (right - left) / max(1, len(self.segment.text))
        return (round(left + step * start, 4), round(top, 4), round(left + step * end, 4), round(bottom, 4))


class Lines(tuple[Line, ...]):
    """The lines of pages, top to bottom; their text is joined once, since each label is sought in it."""

    @functools.cached_property
    def text(self) -> str:
        return _text(self)


def lines(pages: Sequence[Page]) -> Lines:
    """The lines of the pages that tell what a document is."""
    return all_lines(telling(pages))


def telling(pages: Sequence[Page]) -> Sequence[Page]:
    """The first and last pages: what names a document stands there."""
    return pages if len(pages) <= FIRST_PAGES + LAST_PAGES else [*pages[:FIRST_PAGES], *pages[-LAST_PAGES:]]


def all_lines(pages: Sequence[Page]) -> Lines:
    rows = ((page.number, row) for page in pages for row in page.rows if row.segments)
    return Lines(_line(page, number, row) for number, (page, row) in enumerate(rows))


def _line(page: int, number: int, row: Row) -> Line:
    """Spaces that do not break read like others."""
    segments = row.segments
    if _FIXED_SPACES.search(row.text):
        segments = tuple(replace(each, text=_FIXED_SPACES.sub(" ", each.text)) for each in segments)
    return Line(page=page, number=number, segments=segments, text=Row(segments=segments).text[:LINE_CHARS])


def box_of(segments: Iterable[Segment]) -> Box | None:
    """The box around all of them; None without any, and in formats without places."""
    boxes = [each.box for each in segments]
    return around(boxes) if boxes and boxes[0] != NOWHERE else None


def spots(line: Line) -> Iterator[Spot]:
    return iter(line.spots)


def _text(read: Sequence[Line]) -> str:
    return "\n".join(spot.text for line in read for spot in line.spots)


def matching(pattern: re.Pattern[str], read: Sequence[Line]) -> Iterator[Spot]:
    """The segments that the pattern may be found in: none where the whole text does not hold it."""
    text = read.text if isinstance(read, Lines) else _text(read)
    return (spot for line in read for spot in line.spots) if pattern.search(text) else iter(())


def right_of(spot: Spot) -> Iterator[Spot]:
    """The segments after this one on its line."""
    return iter(spot.line.spots[spot.index + 1 :])


def below(spot: Spot, read: Sequence[Line], reach: int = BELOW_LINES) -> Iterator[Spot]:
    """The segments under this one in its column, nearest first."""
    left, _, right, bottom = spot.segment.box
    height = max(bottom - spot.segment.box[1], 0.005)
    for line in read[spot.line.number + 1 : spot.line.number + 1 + reach]:
        if line.page != spot.line.page:
            return
        if spot.box is None:
            if len(line.segments) in (1, len(spot.line.segments)):
                yield Spot(line=line, index=min(spot.index, len(line.segments) - 1))
            continue
        if line.segments[0].box[1] - bottom > BELOW_HEIGHTS * height:
            return
        under = [each for each in spots(line) if _overlaps(each.segment.box, left, right)]
        if under:
            yield min(under, key=lambda each: abs(each.segment.box[0] - left))
        elif len(line.segments) == len(spot.line.segments):
            yield Spot(line=line, index=spot.index)


def _overlaps(box: Box, left: float, right: float) -> bool:
    return box[0] < right + COLUMN_SLACK and box[2] > left - COLUMN_SLACK
