"""PDF lines that run over a wide gap or dot leaders ("Total . . . . 12.50") are parted into cells; pure."""

import itertools
import re
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.rows import Cell

from .lines import same_text

_WIDE_GAP = 1.5
_UNUSUAL_GAP = 2.5
_DOTS = re.compile(r"[._·…]+")
_TRAILING = re.compile(r"[._·…]{4,}$")


def parted(cells: Sequence[Cell], words: Sequence[Cell]) -> list[Cell]:
    """words are the boxes of the single words of the page; cells without a gap stay as they are."""
    by_level = sorted(words, key=lambda word: word.level)
    levels = [word.level for word in by_level]
    parts: list[Cell] = []
    for cell in cells:
        near = by_level[bisect_left(levels, cell.top) : bisect_right(levels, cell.bottom)]
        inside = [w for w in near if cell.left - 1 <= w.left and w.right <= cell.right + 1]
        inside.sort(key=lambda word: word.left)
        parts += _parts(cell, inside) if len(inside) > 1 and same_text(cell.text, inside) else [cell]
    return parts


def _parts(cell: Cell, words: Sequence[Cell]) -> list[Cell]:
    wide = _wide(words, cell.height)
    groups: list[list[Cell]] = [[]]
    for word, leads in _without_dots(words):
        if groups[-1] and (leads or word.left - groups[-1][-1].right >= wide):
            groups.append([])
        groups[-1].append(word)
    if len(groups) == 1 and sum(map(len, groups)) == len(words):
        return [cell]
    if not groups[0]:
        return []
    return [
        replace(cell, text=" ".join(w.text for w in group), left=group[0].left, right=group[-1].right)
        for group in groups
    ]


def _wide(words: Sequence[Cell], height: float) -> float:
    """The gap that parts cells: wide for its height, and unusual here, for justified lines are stretched evenly."""
    usual = statistics.median(max(b.left - a.right, 0.0) for a, b in itertools.pairwise(words))
    return _WIDE_GAP * height if usual >= _WIDE_GAP * height else max(_WIDE_GAP * height, _UNUSUAL_GAP * usual)


def _without_dots(words: Sequence[Cell]) -> Iterator[tuple[Cell, bool]]:
    """The words that are no leaders, each with whether a leader stands before it."""
    leads, dots = False, 0
    for word in words:
        if _DOTS.fullmatch(word.text):
            dots += len(word.text)
            continue
        text = _TRAILING.sub("", word.text)
        yield (replace(word, text=text) if text and text != word.text else word), leads or dots >= 3
        dots, leads = 0, text != word.text
