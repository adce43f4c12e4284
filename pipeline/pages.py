"""The pages of a document as rows of text with their place; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as fractions of the page, origin top left."""

Turn = Literal[0, 90, 180, 270]
"""Degrees clockwise."""

GAP = "   "
"""Stands between two segments of a row, so that a rule can see the columns."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A run of text on one row without a wide gap."""

    text: str
    box: Box


@dataclass(frozen=True, kw_only=True)
class Row:
    """Segments with one baseline, left to right."""

    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return GAP.join(segment.text for segment in self.segments)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page, top to bottom. Formats without pages are one page; a sheet or a slide is a page.

    width and height are in points (1/72 inch), 0 where the format has no page size; rows of such a format carry the
    box (0, 0, 1, 1). source tells where the text came from. A scan that lies on its side or head is described as it
    stands once the page as shown was turned; it is illegible where OCR could read little of what it saw.
    """

    number: int
    width: float
    height: float
    rows: tuple[Row, ...]
    source: Literal["text", "ocr", "mixed", "none"]
    turned: Turn = 0
    illegible: bool = False

    @property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)


def as_shown(box: Box, turned: Turn) -> Box:
    """A box of a page that was turned to stand, on the page as it is shown."""
    left, top, right, bottom = box
    places: dict[Turn, Box] = {
        0: box,
        90: (top, 1 - right, bottom, 1 - left),
        180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (1 - bottom, left, 1 - top, right),
    }
    x0, y0, x1, y1 = places[turned]
    return (round(x0, 4), round(y0, 4), round(x1, 4), round(y1, 4))


def pages_to_json(pages: Iterable[Page]) -> list[dict[str, Any]]:
    return [
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "source": page.source,
            "turned": page.turned,
            "illegible": page.illegible,
            "rows": [{"segments": [{"text": s.text, "box": s.box} for s in row.segments]} for row in page.rows],
        }
        for page in pages
    ]


def pages_from_json(data: Iterable[dict[str, Any]]) -> tuple[Page, ...]:
    return tuple(Page(**{**each, "rows": tuple(_row(row) for row in each["rows"])}) for each in data)


def _row(data: dict[str, Any]) -> Row:
    return Row(segments=tuple(Segment(text=each["text"], box=tuple(each["box"])) for each in data["segments"]))
