"""Lines outside tables become blocks with a role: heading, list item, text, page header or footer; pure.

Lengths are in points, origin top left.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .lines import Line, around, line

Rows = Sequence[Sequence[Line]]
Label = Literal["text", "list_item", "section_header", "page_header", "page_footer"]

_LOOK_BACK = 12
_NEAR = 2
_PROSE_WORDS = 5
_HEADER_BAND = 0.075
_FOOTER_BAND = 0.93
_HEADING_HEIGHT = 1.18
_HEADING_HEIGHT_OCR = 1.4
"""OCR measures the height of a line by the letters that happen to be in it."""
_HEADING_CHARS = 120
_LEAST_GAP = {False: -0.3, True: -0.7}
"""OCR draws its boxes so wide that lines overlap."""
_LOUD_SHARE = 0.2
"""Capitals make a heading only where they are rare."""

_MARKER = re.compile(r"\s*(?:[-–—•·●○▪■*]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlcIVXLC]{1,5})[.)]\s)")
"""Begins a new block."""
_BULLET = re.compile(r"\s*[-–•·●○▪■*]\s")
_ITEM = re.compile(r"\s*(?:[-•·●○▪*]|\(\d{1,3}\)|\d{1,3}(?:\.\d{1,3})*[.)]|[a-zA-Z][.)])\s")
"""Begins an item of a list, as Docling knows them."""


@dataclass(slots=True)
class Block:
    """Lines that read on; box is left, top, right, bottom."""

    lines: list[Line] = field(default_factory=list)
    label: Label = "text"

    @property
    def box(self) -> tuple[float, float, float, float]:
        return around(each.box for each in self.lines)


def blocks_of(lines: Iterable[Line], *, body: float, page: int, height: float) -> list[Block]:
    """Blocks in reading order by their first line; body is the usual height of a line, height that of the page."""
    blocks: list[Block] = []
    for each in sorted(lines, key=lambda one: (one.top, one.left)):
        block = next((b for b in reversed(blocks[-_LOOK_BACK:]) if _reads_on(b.lines[-1], each, body)), None)
        if block is None:
            block = Block()
            blocks.append(block)
        block.lines.append(each)
    loud = sum(_capitals(each.text) for block in blocks for each in block.lines)
    quiet = loud < _LOUD_SHARE * sum(len(block.lines) for block in blocks)
    for block in blocks:
        block.label = _label(block, body=body, page=page, height=height, quiet=quiet)
    return blocks


def joined(rows: Rows, outside: Callable[[Line], bool]) -> list[Line]:
    """The lines that are outside tables; a row of short ones reads as one line, unless text set in columns is near."""
    lines: list[Line] = []
    for index, row in enumerate(rows):
        left = [each for each in row if outside(each)]
        near = rows[max(index - _NEAR, 0) : index + _NEAR + 1]
        if len(left) == len(row) > 1 and not any(_in_columns(other) for other in near):
            lines.append(line([cell for each in row for cell in each.cells]))
        else:
            lines += left
    return lines


def _in_columns(row: Sequence[Line]) -> bool:
    return len(row) > 1 and max(each.words for each in row) >= _PROSE_WORDS


def _reads_on(above: Line, below: Line, body: float) -> bool:
    gap = (below.top - above.bottom) / body
    overlap = min(above.right, below.right) - max(above.left, below.left)
    return (
        _LEAST_GAP[above.cells[0].ocr] < gap < 0.75
        and overlap > 0.5 * min(above.width, below.width)
        and abs(above.height - below.height) <= _tolerance(above) * max(above.height, below.height) + 1
        and above.bold == below.bold
        and not _MARKER.match(below.text)
    )


def _tolerance(one: Line) -> float:
    """How much the heights of two lines of one size may differ, as a part of them."""
    return 0.45 if one.cells[0].ocr else 0.2


def _label(block: Block, *, body: float, page: int, height: float, quiet: bool) -> Label:
    first = block.lines[0]
    # The first page carries its letterhead and the sender's particulars there: they are text, not repetition.
    if page > 1 and len(block.lines) == 1 and first.bottom < _HEADER_BAND * height:
        return "page_header"
    if page > 1 and first.top > _FOOTER_BAND * height:
        return "page_footer"
    text = " ".join(each.text for each in block.lines)
    tall = _HEADING_HEIGHT_OCR if first.cells[0].ocr else _HEADING_HEIGHT
    prominent = first.height > tall * body or first.bold or (quiet and _capitals(text))
    if len(block.lines) <= 2 and len(text) < _HEADING_CHARS and text[-1] not in ".;," and prominent and _heads(text):
        return "section_header"
    return "list_item" if _ITEM.match(first.text) else "text"


def _capitals(text: str) -> bool:
    return text.isupper() and sum(c.isalpha() for c in text) >= 6


def _heads(text: str) -> bool:
    """A heading has letters and no bullet: a large sum or date is none."""
    return sum(c.isalpha() for c in text) >= 2 and not _BULLET.match(text) and not text.startswith("(")
