"""Lines outside tables become blocks with a role: heading, list item, text, page header or footer; pure.

Lengths are in points, origin top left.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from .lines import Line, around

Label = Literal["text", "list_item", "section_header", "page_header", "page_footer"]

_LOOK_BACK = 12
_HEADER_BAND = 0.075
_FOOTER_BAND = 0.93
_HEADING_HEIGHT = 1.18
_HEADING_CHARS = 120

_MARKER = re.compile(r"^\s*(?:[-–—•·●○▪■*]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlcIVXLC]{1,5})[.)]\s)")


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
    for block in blocks:
        block.label = _label(block, body=body, page=page, height=height)
    return blocks


def _reads_on(above: Line, below: Line, body: float) -> bool:
    gap = (below.top - above.bottom) / body
    overlap = min(above.right, below.right) - max(above.left, below.left)
    return (
        -0.3 < gap < 0.75
        and overlap > 0.5 * min(above.width, below.width)
        and abs(above.height - below.height) <= 0.2 * max(above.height, below.height) + 1
        and above.bold == below.bold
        and not _MARKER.match(below.text)
    )


def _label(block: Block, *, body: float, page: int, height: float) -> Label:
    first = block.lines[0]
    # The first page carries its letterhead and the sender's particulars there: they are text, not repetition.
    if page > 1 and len(block.lines) == 1 and first.bottom < _HEADER_BAND * height:
        return "page_header"
    if page > 1 and first.top > _FOOTER_BAND * height:
        return "page_footer"
    text = " ".join(each.text for each in block.lines)
    prominent = first.height > _HEADING_HEIGHT * body or first.bold
    if len(block.lines) <= 2 and len(text) < _HEADING_CHARS and text[-1] not in ".;," and prominent and _named(text):
        return "section_header"
    return "list_item" if _MARKER.match(first.text) else "text"


def _named(text: str) -> bool:
    """A heading has letters: a large sum or date is none."""
    return sum(c.isalpha() for c in text) >= 2
