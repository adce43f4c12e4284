"""Where the text layer of a page is silent and a bitmap may hold text; pure. Lengths are in points."""

from collections.abc import Sequence

from pipeline.pages import Turn

from .lines import Box

_FEW_CHARS = 16
_LARGE_WIDTH = 0.3
_LARGE_AREA = 0.05
_COVERED_CHARS = 8
WHOLE_PAGE = 0.5


def covered(bitmaps: Sequence[Box], *, width: float, height: float) -> float:
    """The part of the page under bitmaps, at most 1; overlaps count twice."""
    page = (0.0, 0.0, width, height)
    return min(sum(_area(_within(box, page)) for box in bitmaps) / _area(page), 1.0) if _area(page) > 0 else 0.0


def regions(bitmaps: Sequence[Box], texts: Sequence[tuple[Box, int]], *, width: float, height: float) -> list[Box]:
    """The boxes that OCR should read; texts are the boxes of the text layer with their number of characters.

    A page without a text layer is read whole when bitmaps cover half of it, else bitmap by bitmap. Beside a text
    layer a bitmap is read only when it is large and no text lies on it: logos, stamps and backgrounds are not.
    """
    page = (0.0, 0.0, width, height)
    bitmaps = [box for box in (_within(bitmap, page) for bitmap in bitmaps) if _area(box) > 0]
    if sum(chars for _, chars in texts) < _FEW_CHARS:
        if covered(bitmaps, width=width, height=height) >= WHOLE_PAGE or len(bitmaps) > 8:
            return [page]
        return _outermost(bitmaps)
    return [
        box
        for box in _outermost(bitmaps)
        if box[2] - box[0] >= _LARGE_WIDTH * width
        and _area(box) >= _LARGE_AREA * _area(page)
        and sum(chars for text, chars in texts if _area(_within(text, box)) > 0) < _COVERED_CHARS
    ]


def corner(box: Box, turned: Turn, *, width: float, height: float) -> tuple[float, float]:
    """The left and upper edge of a box once its page, which is this wide and high, was turned."""
    left, top, right, bottom = box
    corners: dict[Turn, tuple[float, float]] = {
        0: (left, top),
        90: (height - bottom, left),
        180: (width - right, height - bottom),
        270: (top, width - right),
    }
    return corners[turned]


def _outermost(boxes: Sequence[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(boxes, key=_area, reverse=True):
        if not any(_area(_within(box, other)) > 0.7 * _area(box) for other in kept):
            kept.append(box)
    return kept


def _within(box: Box, outer: Box) -> Box:
    return (max(box[0], outer[0]), max(box[1], outer[1]), min(box[2], outer[2]), min(box[3], outer[3]))


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
