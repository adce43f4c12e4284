from collections.abc import Sequence

from functions.extract.gaps import regions
from functions.extract.lines import Box

PAGE = (0.0, 0.0, 600.0, 800.0)
LETTER = [((50.0, 60.0, 550.0, 72.0), 90)] * 5


def asked(bitmaps: Sequence[Box], texts: Sequence[tuple[Box, int]]) -> list[Box]:
    return regions(bitmaps, texts, width=600, height=800)


def test_a_scan_is_read_whole() -> None:
    assert asked([(0, 0, 600, 790)], []) == [PAGE]


def test_a_page_of_strips_is_read_whole() -> None:
    assert asked([(0, y, 600, y + 50) for y in range(0, 500, 50)], []) == [PAGE]


def test_a_picture_on_a_page_without_text_is_read_alone() -> None:
    assert asked([(100, 100, 300, 200)], []) == [(100, 100, 300, 200)]


def test_logos_and_stamps_beside_text_are_left() -> None:
    assert asked([(450, 20, 560, 80)], LETTER) == []


def test_a_large_picture_that_the_text_layer_does_not_cover_is_read() -> None:
    assert asked([(50, 300, 550, 700)], LETTER) == [(50, 300, 550, 700)]


def test_a_background_under_the_text_is_left() -> None:
    assert asked([PAGE], LETTER) == []


def test_a_picture_inside_another_is_read_once() -> None:
    assert asked([(50, 50, 300, 300), (60, 60, 290, 290)], []) == [(50, 50, 300, 300)]


def test_a_page_without_pictures_is_left() -> None:
    assert asked([], []) == []
