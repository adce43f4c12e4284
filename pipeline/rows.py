"""Cells of text with their place become rows of segments; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.pages import Box, Row, Segment

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
"""The box of a row in a format that knows no places."""

_SAME_ROW = 0.5
"""Cells share a row when their centres differ by less than this part of the smaller height."""

_WORD_GAP = 0.9
"""OCR cells closer than this part of their height are words of one segment."""

_COLUMN_GAP = re.compile(r"\t+| {3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A line of text as a PDF or an OCR engine gives it; lengths in points, origin top left.

    level is the vertical centre once the page is straightened, so that a skewed scan keeps its rows.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    level: float
    height: float
    bold: bool = False
    ocr: bool = False

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def sideways(self) -> bool:
        """Does the text run up or down the page?"""
        return len(self.text.strip()) > 2 and self.bottom - self.top > 2 * self.width


def cell(
    text: str, left: float, top: float, right: float, bottom: float, *, bold: bool = False, ocr: bool = False
) -> Cell:
    """A cell that stands straight."""
    return Cell(
        text=text,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        level=(top + bottom) / 2,
        height=bottom - top,
        bold=bold,
        ocr=ocr,
    )


def moved(each: Cell, right: float, down: float) -> Cell:
    return replace(
        each,
        left=each.left + right,
        top=each.top + down,
        right=each.right + right,
        bottom=each.bottom + down,
        level=each.level + down,
    )


def grouped(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Rows of cells from top to bottom, each from left to right; blank and flat cells are dropped.

    What runs up or down the margin comes last, each cell a row of its own.
    """
    written = [c for c in cells if c.text.strip() and c.height > 0]
    rows: list[list[Cell]] = []
    for each in sorted((c for c in written if not c.sideways), key=lambda c: (c.level, c.left)):
        first = rows[-1][0] if rows else None
        if first and each.level - first.level < _SAME_ROW * min(each.height, first.height):
            rows[-1].append(each)
        else:
            rows.append([each])
    beside = sorted((c for c in written if c.sideways), key=lambda c: (c.left, c.top))
    return [*(sorted(row, key=lambda c: c.left) for row in rows), *([c] for c in beside)]


def segments(row: Sequence[Cell], *, body: float) -> list[list[Cell]]:
    """The cells of a row, joined where only a word space parts them.

    Cells of a PDF already end at wide gaps and stay apart; an OCR cell joins its left neighbour across a narrow gap.
    body is the usual height of a line on this page, in points.
    """
    joined: list[list[Cell]] = []
    for each in row:
        left = joined[-1][-1] if joined else None
        height = min(max(each.height, 0.6 * body), 1.4 * body)
        if left and each.ocr and each.left - left.right < _WORD_GAP * height:
            joined[-1].append(each)
        else:
            joined.append([each])
    return joined


def body_height(cells: Iterable[Cell]) -> float:
    """The median height of the cells, 10 points where there are none."""
    heights = sorted(c.height for c in cells if c.text.strip() and c.height > 0 and not c.sideways)
    return heights[len(heights) // 2] if heights else 10.0


def rows_of(cells: Sequence[Cell], *, width: float, height: float) -> tuple[Row, ...]:
    """Rows with boxes as fractions of a page of this width and height (points)."""
    body = body_height(cells)
    return tuple(
        Row(segments=tuple(_segment(part, width, height) for part in segments(row, body=body)))
        for row in grouped(cells)
    )


def _segment(cells: Sequence[Cell], width: float, height: float) -> Segment:
    return Segment(
        text=" ".join(c.text.strip() for c in cells),
        box=(
            _fraction(min(c.left for c in cells), width),
            _fraction(min(c.top for c in cells), height),
            _fraction(max(c.right for c in cells), width),
            _fraction(max(c.bottom for c in cells), height),
        ),
    )


def _fraction(length: float, of: float) -> float:
    return round(min(max(length / of, 0.0), 1.0), 4) if of > 0 else 0.0


def row_of_texts(texts: Iterable[str]) -> Row:
    """A row of a format without places, one segment for each text that is not blank."""
    return Row(segments=tuple(Segment(text=text.strip(), box=WHOLE) for text in texts if text.strip()))


def rows_of_text(text: str) -> tuple[Row, ...]:
    """The lines of a text; tabs and runs of three spaces part the segments of a row."""
    rows = (row_of_texts(_COLUMN_GAP.split(line)) for line in text.splitlines())
    return tuple(row for row in rows if row.segments)
