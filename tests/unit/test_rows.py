from pipeline.rows import Cell, cell, grouped, row_of_texts, rows_of, rows_of_text


def texts(cells: list[Cell]) -> list[str]:
    return [row.text for row in rows_of(cells, width=100, height=100)]


def test_cells_of_one_height_are_a_row_from_left_to_right() -> None:
    assert texts([cell("12.50", 60, 10, 80, 20), cell("Total", 0, 11, 30, 21)]) == ["Total   12.50"]


def test_rows_follow_each_other_from_top_to_bottom() -> None:
    assert texts([cell("below", 0, 30, 30, 40), cell("above", 0, 10, 30, 20)]) == ["above", "below"]


def test_words_that_ocr_parts_by_a_space_are_one_segment() -> None:
    cells = [cell("Harbour", 0, 10, 30, 20, ocr=True), cell("Lights", 34, 10, 60, 20, ocr=True)]
    assert texts(cells) == ["Harbour Lights"]


def test_a_wide_gap_between_words_of_ocr_parts_segments() -> None:
    cells = [cell("Total", 0, 10, 30, 20, ocr=True), cell("9.00", 50, 10, 60, 20, ocr=True)]
    assert texts(cells) == ["Total   9.00"]


def test_cells_of_a_text_layer_stay_apart() -> None:
    assert texts([cell("a", 0, 10, 10, 20), cell("b", 11, 10, 20, 20)]) == ["a   b"]


def test_a_skewed_page_keeps_its_rows() -> None:
    left = Cell(text="Total", left=0, top=10, right=20, bottom=20, level=12, height=10, ocr=True)
    right = Cell(text="9.00", left=80, top=20, right=100, bottom=30, level=13, height=10, ocr=True)
    assert texts([right, left]) == ["Total   9.00"]


def test_blank_and_flat_cells_are_dropped() -> None:
    assert grouped([cell("  ", 0, 0, 9, 9), cell("x", 0, 5, 9, 5)]) == []


def test_text_up_the_margin_does_not_join_a_row() -> None:
    cells = [cell("arXiv 2020", 0, 0, 8, 90), cell("Title", 20, 40, 60, 50)]
    assert texts(cells) == ["Title", "arXiv 2020"]


def test_boxes_are_fractions_of_the_page_and_stay_inside() -> None:
    (row,) = rows_of([cell("x", -5, 50, 50, 120)], width=100, height=100)
    assert row.segments[0].box == (0.0, 0.5, 0.5, 1.0)


def test_tabs_and_runs_of_spaces_part_the_segments_of_a_line() -> None:
    rows = rows_of_text("Total\t9.00\n\nDue    today\nplain words")
    assert [row.text for row in rows] == ["Total   9.00", "Due   today", "plain words"]


def test_blank_texts_are_no_segments() -> None:
    assert row_of_texts(["a", " ", "b"]).text == "a   b"
