"""Pages for tests, written as monospaced text: three spaces part two columns."""

import re

from pipeline.pages import Page, Row, Segment

LINE_HEIGHT = 0.015
# A character is a hundredth of the page wide.
_COLUMN = re.compile(r"\S(?:.*?\S)??(?=\s{3,}|\s*$)")


def page(text: str, *, number: int = 1) -> Page:
    """A page whose segments stand where the text has them."""
    lines = [(index, line) for index, line in enumerate(text.strip("\n").splitlines()) if line.strip()]
    rows = tuple(Row(segments=tuple(_segments(line, index * LINE_HEIGHT))) for index, line in lines)
    return Page(number=number, width=612, height=792, rows=rows, source="text")


def flowing(text: str) -> Page:
    """The same without places, as formats without pages have it."""
    rows = tuple(
        Row(segments=tuple(Segment(text=part, box=(0.0, 0.0, 1.0, 1.0)) for part in re.split(r"\s{3,}", line.strip())))
        for line in text.strip("\n").splitlines()
        if line.strip()
    )
    return Page(number=1, width=0, height=0, rows=rows, source="text")


def _segments(line: str, top: float) -> list[Segment]:
    return [
        Segment(text=found[0], box=(found.start() / 100, top, found.end() / 100, top + 0.012))
        for found in _COLUMN.finditer(line)
    ]
