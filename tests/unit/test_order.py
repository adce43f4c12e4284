from hypothesis import given
from hypothesis import strategies as st

from functions.extract.order import Part, ordered


def part(index: int, left: float, top: float, right: float, bottom: float, chars: int = 200) -> Part:
    return Part(index, (left, top, right, bottom), chars)


def test_one_column_reads_from_top_to_bottom() -> None:
    assert ordered([part(0, 50, 300, 500, 400), part(1, 50, 100, 500, 200)]) == [1, 0]


def test_columns_of_text_read_one_after_the_other() -> None:
    parts = [
        part(0, 50, 100, 280, 200),
        part(1, 310, 100, 540, 200),
        part(2, 50, 210, 280, 400),
        part(3, 310, 210, 540, 400),
    ]
    assert ordered(parts) == [0, 2, 1, 3]


def test_a_title_over_the_columns_comes_first_and_a_foot_last() -> None:
    parts = [
        part(0, 50, 700, 540, 720),
        part(1, 310, 100, 540, 600),
        part(2, 50, 100, 280, 600),
        part(3, 50, 40, 540, 80),
    ]
    assert ordered(parts) == [3, 2, 1, 0]


def test_short_texts_beside_each_other_read_by_rows() -> None:
    parts = [part(0, 50, 100, 100, 110, 8), part(1, 300, 100, 350, 110, 8), part(2, 50, 120, 100, 130, 8)]
    assert ordered(parts) == [0, 1, 2]


coordinate = st.integers(0, 600)


@given(st.lists(st.tuples(coordinate, coordinate, st.integers(1, 200), st.integers(1, 200), st.integers(0, 300))))
def test_every_part_is_read_once(boxes: list[tuple[int, int, int, int, int]]) -> None:
    parts = [part(i, x, y, x + width, y + height, n) for i, (x, y, width, height, n) in enumerate(boxes)]
    assert sorted(ordered(parts)) == list(range(len(parts)))
