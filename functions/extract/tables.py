"""Tables found by the alignment of their text; pure. Lengths are in points, origin top left."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.rows import Cell

from .lines import Box, Line, around, line, same_text

Rows = Sequence[Sequence[Line]]
Span = tuple[float, float]

_ROW_GAP = 1.8
_ALIGNED_GAP = 3.2
_TABULAR_WORDS = 7
_TABULAR_WIDTH = 0.5
_WRAPPED_WIDTH = 0.45
_DIP = 3
_PROSE_WORDS = 4
_OVERLAP = 2.0


@dataclass(frozen=True, slots=True)
class Entry:
    """The text in one cell of a table."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Table:
    """Row by row the entries of a table, None where a cell is empty; the first row is the header."""

    box: Box
    grid: tuple[tuple[Entry | None, ...], ...]
    lines: tuple[Line, ...]


def tables_of(rows: Rows, words: Sequence[Cell], *, body: float, width: float) -> list[Table]:
    """The tables on a page of this width; body is the usual height of a line.

    words are the boxes of single words where the PDF tells them: they split a line that runs over several columns.
    """
    found = []
    for run in _runs(rows, body=body, width=width):
        columns = _columns(run)
        if len(columns) >= 2 and not _prose(run, columns):
            found.append(_table(run, columns, words, body))
    return found


def _runs(rows: Rows, *, body: float, width: float) -> list[Rows]:
    runs, index = [], 0
    while index < len(rows):
        end = index + 1
        if _tabular(rows[index], width):
            while end < len(rows) and _continues(rows, end, body, width):
                end += 1
            if end - index >= 2:
                runs.append(rows[index:end])
        index = end
    return runs


def _tabular(row: Sequence[Line], width: float) -> bool:
    if len(row) < 2:
        return False
    words = sum(each.words for each in row) / len(row)
    return words < _TABULAR_WORDS and max(each.width for each in row) < _TABULAR_WIDTH * width


def _continues(rows: Rows, index: int, body: float, width: float) -> bool:
    gap = _gap(rows[index - 1], rows[index])
    if (
        _tabular(rows[index], width)
        and gap < (_ALIGNED_GAP if _aligned(rows[index - 1], rows[index]) else _ROW_GAP) * body
    ):
        return True
    if gap >= _ROW_GAP * body:
        return False
    wrapped = len(rows[index]) == 1 and rows[index][0].width < _WRAPPED_WIDTH * width
    return (
        wrapped
        and index + 1 < len(rows)
        and _tabular(rows[index + 1], width)
        and _gap(rows[index], rows[index + 1]) < _ROW_GAP * body
    )


def _aligned(above: Sequence[Line], below: Sequence[Line]) -> bool:
    """Does every line stand above or below exactly one of the other row?"""
    return len(above) == len(below) and all(
        _overlap((a.left, a.right), (b.left, b.right)) > 0 for a, b in zip(above, below, strict=True)
    )


def _gap(above: Sequence[Line], below: Sequence[Line]) -> float:
    return min(each.top for each in below) - max(each.bottom for each in above)


def _columns(run: Rows) -> list[Span]:
    """Where many rows hold text one above the other; shallow dips between do not part a column."""
    lines = [each for row in run for each in row if not _spanning(each, row, run)]
    if not lines:
        return []
    left, right = math.floor(min(each.left for each in lines)), math.ceil(max(each.right for each in lines))
    counts = [0] * (right - left + 1)
    for each in lines:
        for x in range(math.floor(each.left) - left, math.ceil(each.right) - left):
            counts[x] += 1
    least = 0.2 * len(run) if len(run) >= 4 else 0.0
    columns: list[Span] = []
    for x, count in enumerate(counts):
        if count <= least:
            continue
        if columns and x + left - columns[-1][1] <= _DIP:
            columns[-1] = (columns[-1][0], x + left + 1.0)
        else:
            columns.append((float(x + left), x + left + 1.0))
    return columns


def _spanning(each: Line, row: Sequence[Line], run: Rows) -> bool:
    """Does the line stand over several texts in most of the other rows? It says nothing about where columns are."""
    over = sum(
        sum(_overlap((each.left, each.right), (other.left, other.right)) > _OVERLAP for other in others) >= 2
        for others in run
        if others is not row
    )
    return len(run) >= 3 and 2 * over >= len(run) - 1


def _prose(run: Rows, columns: Sequence[Span]) -> bool:
    """Two or three columns of many words are text set in columns."""
    words = statistics.median(each.words for row in run for each in row)
    return len(columns) <= 3 and words >= _PROSE_WORDS


def _table(run: Rows, columns: Sequence[Span], words: Sequence[Cell], body: float) -> Table:
    box = around(each.box for row in run for each in row)
    near = [word for word in words if box[1] - 1 < word.level < box[3] + 1]
    filled = [_filled(row, columns, near) for row in run]
    grid: list[list[list[Line]]] = []
    for index, cells in enumerate(filled):
        if index and _wraps(filled[index - 1], cells) and _gap(run[index - 1], run[index]) < 0.6 * body:
            for above, below in zip(grid[-1], cells, strict=True):
                above.extend(below)
        else:
            grid.append(cells)
    entries = tuple(tuple(_entry(cell) for cell in row) for row in grid)
    return Table(box=box, grid=entries, lines=tuple(each for row in run for each in row))


def _wraps(above: Sequence[Sequence[Line]], row: Sequence[Sequence[Line]]) -> bool:
    """Does the row only carry on one text of the row above? A first column alone is a new row."""
    held = [column for column, cell in enumerate(row) if cell]
    return len(held) == 1 and held[0] > 0 and bool(above[held[0]]) and sum(map(bool, above)) > 1


def _filled(row: Sequence[Line], columns: Sequence[Span], words: Sequence[Cell]) -> list[list[Line]]:
    cells: list[list[Line]] = [[] for _ in columns]
    for each in row:
        over = [i for i, span in enumerate(columns) if _overlap((each.left, each.right), span) > _OVERLAP]
        inner = _words_in(each, words) if len(over) > 1 else []
        for part in (line([word]) for word in inner) if inner else [each]:
            cells[over[0] if len(over) == 1 else _nearest(part, columns)].append(part)
    return cells


def _words_in(each: Line, words: Iterable[Cell]) -> list[Cell]:
    inside = [
        word
        for word in words
        if each.top <= word.level <= each.bottom and each.left - 1 <= word.left and word.right <= each.right + 1
    ]
    inside.sort(key=lambda word: word.left)
    return inside if same_text(each.text, inside) else []


def _nearest(part: Line, columns: Sequence[Span]) -> int:
    centre = (part.left + part.right) / 2
    return min(range(len(columns)), key=lambda i: max(columns[i][0] - centre, centre - columns[i][1], 0.0))


def _overlap(a: Span, b: Span) -> float:
    return min(a[1], b[1]) - max(a[0], b[0])


def _entry(cell: Sequence[Line]) -> Entry | None:
    if not cell:
        return None
    return Entry(text=" ".join(each.text for each in cell), box=around(each.box for each in cell))
