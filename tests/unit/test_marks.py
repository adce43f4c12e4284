from functions.extract.marks import page_mark, table


def test_a_page_begins_with_its_mark() -> None:
    assert page_mark(3) == "<!-- page 3 -->"


def test_short_rows_are_filled_and_bars_are_escaped() -> None:
    assert table([["a", "b|c"], ["d"]]) == "| a | b\\|c |\n| - | - |\n| d |  |"


def test_no_rows_are_no_table() -> None:
    assert table([]) == ""
