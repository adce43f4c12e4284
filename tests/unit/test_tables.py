from collections.abc import Sequence

from functions.extract.lines import body_of, lines_of
from functions.extract.tables import Table, tables_of
from pipeline.rows import Cell, cell


def placed(rows: Sequence[Sequence[tuple[str, float]]], *, step: float = 14) -> list[Cell]:
    """Rows of texts with their left edges; a character is 5 points wide, a line 10 high."""
    return [
        cell(text, left, 100 + step * number, left + 5 * len(text), 110 + step * number)
        for number, row in enumerate(rows)
        for text, left in row
    ]


def found(cells: list[Cell], words: list[Cell] | None = None) -> list[Table]:
    rows = lines_of(cells)
    return tables_of(rows, words or [], body=body_of(rows), width=600)


def texts(table: Table) -> list[list[str]]:
    return [[entry.text if entry else "" for entry in row] for row in table.grid]


def test_aligned_rows_are_a_table() -> None:
    rows = [[("Item", 50), ("Price", 300)], [("Tea", 50), ("2.00", 300)], [("Coffee", 50), ("3.00", 300)]]
    (table,) = found(placed(rows))
    assert texts(table) == [["Item", "Price"], ["Tea", "2.00"], ["Coffee", "3.00"]]


def test_a_missing_text_leaves_its_cell_empty() -> None:
    rows = [[("Item", 50), ("Size", 200), ("Price", 300)], [("Tea", 50), ("2.00", 300)], [("A", 50), ("B", 200)]]
    (table,) = found(placed(rows))
    assert texts(table)[1] == ["Tea", "", "2.00"]


def test_aligned_rows_may_stand_far_apart() -> None:
    rows = [[("Net", 50), ("252.10", 300)], [("Tax", 50), ("47.90", 300)], [("Sum", 50), ("300.00", 300)]]
    assert len(found(placed(rows, step=36))) == 1


def test_a_wrapped_text_joins_the_cell_above() -> None:
    rows = [
        [("1", 50), ("Garden chair", 100), ("20.00", 300)],
        [("made of teak", 100)],
        [("2", 50), ("Table", 100), ("90.00", 300)],
    ]
    (table,) = found(placed(rows))
    assert texts(table) == [["1", "Garden chair made of teak", "20.00"], ["2", "Table", "90.00"]]


def test_a_heading_over_two_columns_is_split_by_its_words() -> None:
    rows = [
        [("Item and number", 50), ("Price", 300)],
        [("Tea", 50), ("500", 110), ("2.00", 300)],
        [("Jam", 50), ("700", 110), ("3.00", 300)],
    ]
    words = placed([[("Item", 50), ("and", 75), ("number", 95), ("Price", 300)]])
    (table,) = found(placed(rows), words)
    assert texts(table)[0] == ["Item and", "number", "Price"]


def test_text_set_in_two_columns_is_no_table() -> None:
    prose = [("the quick brown fox runs", 50), ("over the lazy dog again", 320)]
    assert found(placed([prose] * 6)) == []


def test_plain_paragraphs_are_no_table() -> None:
    assert found(placed([[("a line of text that runs on", 50)]] * 6)) == []
