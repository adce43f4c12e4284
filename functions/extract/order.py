"""The order in which blocks are read: column by column where text is set in columns, else from top to bottom; pure.

Lengths are in points, origin top left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .lines import Box, around

_GUTTER = 6.0
_COLUMN_CHARS = 80
_SIDE_BY_SIDE = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """A block to be ordered, with the number of characters it holds."""

    index: int
    box: Box
    chars: int


def ordered(parts: Sequence[Part]) -> list[int]:
    """The indexes of the parts in reading order."""
    return [part.index for part in _read(list(parts))]


def _read(parts: list[Part]) -> Iterator[Part]:
    if len(parts) < 2:
        yield from parts
        return
    if gutter := _gutter(parts):
        yield from _read([part for part in parts if part.box[2] <= gutter])
        yield from _read([part for part in parts if part.box[2] > gutter])
        return
    bands = _bands(parts)
    if len(bands) == 1:
        yield from sorted(parts, key=lambda part: (part.box[1], part.box[0]))
        return
    start = 0
    while start < len(bands):
        end = _last_in_columns(bands, start)
        yield from _read([part for band in bands[start:end] for part in band])
        start = end


def _last_in_columns(bands: Sequence[list[Part]], start: int) -> int:
    """The end of the bands that share their columns with the one at start; that band alone if they do not."""
    end, region = start + 1, list(bands[start])
    for index in range(start + 1, len(bands)):
        region += bands[index]
        if not _gutter(region):
            break
        end = index + 1
    return end


def _gutter(parts: Sequence[Part]) -> float | None:
    """Where a white strip from top to bottom parts two columns of text, both beside each other."""
    best: tuple[float, float] | None = None
    right = float("-inf")
    for part in sorted(parts, key=lambda each: each.box[0]):
        gap = part.box[0] - right
        if right > float("-inf") and gap >= _GUTTER and (best is None or gap > best[0]) and _columns(parts, right):
            best = (gap, right)
        right = max(right, part.box[2])
    return best[1] if best else None


def _columns(parts: Sequence[Part], edge: float) -> bool:
    left = [part for part in parts if part.box[2] <= edge]
    right = [part for part in parts if part.box[2] > edge]
    if min(sum(part.chars for part in side) for side in (left, right)) < _COLUMN_CHARS:
        return False
    a, b = (around(part.box for part in side) for side in (left, right))
    beside = min(a[3], b[3]) - max(a[1], b[1])
    return beside >= _SIDE_BY_SIDE * min(a[3] - a[1], b[3] - b[1])


def _bands(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts with a white strip from left to right between them, from top to bottom."""
    bands: list[list[Part]] = []
    bottom = float("-inf")
    for part in sorted(parts, key=lambda each: each.box[1]):
        if part.box[1] >= bottom - 1:
            bands.append([])
        bands[-1].append(part)
        bottom = max(bottom, part.box[3])
    return bands
