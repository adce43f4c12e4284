"""Characters with their place become cells; pure. User space has its origin bottom left."""

from collections.abc import Callable, Iterable, Iterator

from pipeline.rows import Cell, cell

Point = tuple[float, float]
Quad = tuple[float, float, float, float]
Placing = Callable[[float, float], Point]
Glyph = tuple[str, int, Quad | None]
"""A character, the quarter turns of its text, its box in user space; white space has no box."""

_COLUMN_GAP = 0.9
"""Characters of one line further apart than this part of their height belong to two cells."""

_ALONG: tuple[Placing, ...] = (
    lambda x, y: (x, -y),
    lambda x, y: (y, x),
    lambda x, y: (-x, y),
    lambda x, y: (-y, -x),
)
"""From user space to a frame in which text that was turned by so many quarters runs to the right; each its inverse."""


def cells_of(glyphs: Iterable[Glyph], place: Placing) -> Iterator[Cell]:
    """Runs of characters on one line without a wide gap; text may run in any of the four directions.

    place maps user space to the page as it is shown, origin top left.
    """
    run: list[str] = []
    box: Quad = (0.0, 0.0, 0.0, 0.0)
    turn = 0
    for char, quarter, found in glyphs:
        if found is None:
            run.append(char)
            continue
        here = _mapped(found, _ALONG[quarter])
        if run and (quarter != turn or _apart(box, here)):
            yield from _closed(run, box, turn, place)
            run = []
        box = _union(box, here) if run else here
        turn = quarter
        run.append(char)
    yield from _closed(run, box, turn, place)


def _mapped(box: Quad, mapping: Placing) -> Quad:
    (x0, y0), (x1, y1) = mapping(box[0], box[1]), mapping(box[2], box[3])
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _union(a: Quad, b: Quad) -> Quad:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _apart(box: Quad, here: Quad) -> bool:
    height = min(box[3] - box[1], here[3] - here[1])
    other_line = abs((box[1] + box[3]) - (here[1] + here[3])) > height
    backwards = here[0] < box[2] - height
    return other_line or backwards or here[0] - box[2] > _COLUMN_GAP * height


def _closed(run: list[str], box: Quad, turn: int, place: Placing) -> Iterator[Cell]:
    text = " ".join("".join(run).split())
    if text:
        yield cell(text, *_mapped(_mapped(box, _ALONG[turn]), place))
