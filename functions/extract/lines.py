"""Cells of a page become lines: runs of text without a wide gap, row by row; pure. Lengths are in points."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.rows import Cell, body_height, grouped, segments

Box = tuple[float, float, float, float]
"""left, top, right, bottom"""


@dataclass(frozen=True, slots=True)
class Line:
    """Cells of one row that read as one run of text; height is the median of theirs."""

    cells: tuple[Cell, ...]
    box: Box
    height: float
    text: str

    @property
    def left(self) -> float:
        return self.box[0]

    @property
    def top(self) -> float:
        return self.box[1]

    @property
    def right(self) -> float:
        return self.box[2]

    @property
    def bottom(self) -> float:
        return self.box[3]

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def bold(self) -> bool:
        return self.cells[0].bold

    @property
    def words(self) -> int:
        return len(self.text.split())


def line(cells: Sequence[Cell]) -> Line:
    return Line(
        cells=tuple(cells),
        box=around((c.left, c.top, c.right, c.bottom) for c in cells),
        height=statistics.median(c.height for c in cells),
        text=" ".join(c.text.strip() for c in cells),
    )


def around(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def lines_of(cells: Sequence[Cell]) -> list[list[Line]]:
    """Rows from top to bottom, each with its lines from left to right."""
    body = body_height(cells)
    return [[line(part) for part in segments(row, body=body)] for row in grouped(cells)]


def same_text(text: str, words: Iterable[Cell]) -> bool:
    """Do the words make up this text, spaces aside?"""
    return "".join(text.split()) == "".join("".join(word.text.split()) for word in words)


def body_of(rows: Iterable[Sequence[Line]]) -> float:
    """The median height of the lines, 10 points where there are none."""
    heights = [each.height for row in rows for each in row]
    return statistics.median(heights) if heights else 10.0
