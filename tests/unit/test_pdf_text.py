"""The text of a PDF can always be stored."""

import pytest

from pipeline.pdf import sound


@pytest.mark.parametrize(
    ("char", "kept"), [("a", "a"), (chr(0xD83D), "\ufffd"), (chr(0xDFFF), "\ufffd"), ("\U0001f600", "\U0001f600")]
)
def test_half_a_character_becomes_the_mark_of_one_that_cannot_be_read(char: str, kept: str) -> None:
    assert sound(char) == kept
    assert sound(char).encode()
