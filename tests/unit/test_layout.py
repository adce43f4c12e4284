import pytest

from functions.extract.layout import Block, blocks_of, joined
from functions.extract.lines import Line, line, lines_of
from pipeline.rows import cell


def at(text: str, top: float, *, left: float = 50, height: float = 10, bold: bool = False, ocr: bool = False) -> Line:
    return line([cell(text, left, top, left + 5 * len(text), top + height, bold=bold, ocr=ocr)])


def blocks(*lines: Line, page: int = 1) -> list[Block]:
    return blocks_of(lines, body=10, page=page, height=800)


def labels(*lines: Line, page: int = 1) -> list[str]:
    return [block.label for block in blocks(*lines, page=page)]


def test_lines_that_follow_closely_are_one_block() -> None:
    (block,) = blocks(at("a first line of text", 100), at("and its second line", 112))
    assert [each.text for each in block.lines] == ["a first line of text", "and its second line"]


def test_a_wide_gap_begins_a_new_block() -> None:
    assert len(blocks(at("a first line of text", 100), at("another paragraph", 130))) == 2


def test_each_marker_begins_an_item() -> None:
    assert labels(at("1. one thing", 100), at("2. another thing", 112)) == ["list_item", "list_item"]


@pytest.mark.parametrize(
    "heading", [at("Summary", 100, height=13), at("Summary", 100, bold=True)], ids=["tall", "bold"]
)
def test_what_stands_out_is_a_heading(heading: Line) -> None:
    assert labels(heading, at("some text below it, of the usual kind", 130)) == ["section_header", "text"]


def test_a_large_sum_is_no_heading() -> None:
    assert labels(at("1.234,50", 100, height=16), at("text below", 130)) == ["text", "text"]


def test_capitals_are_a_heading_only_where_they_are_rare() -> None:
    text = [at(f"line {n} of the usual text that is long", 130 + 30 * n) for n in range(6)]
    assert labels(at("CONFIDENTIALITY", 100), *text)[0] == "section_header"
    assert set(labels(at("TESCO STORES", 100), at("CARDIFF BRANCH", 130))) == {"text"}


def test_headers_and_footers_repeat_after_the_first_page_only() -> None:
    assert labels(at("Annual report", 20), at("page 2", 780), page=2) == ["page_header", "page_footer"]
    assert labels(at("Harbour Lights Ltd.", 20), at("IBAN DE00", 780), page=1) == ["text", "text"]


def test_heights_of_ocr_lines_may_differ_within_a_paragraph() -> None:
    assert len(blocks(at("some words", 100, height=14, ocr=True), at("more words", 112, height=9, ocr=True))) == 1


def test_a_lonely_row_of_short_texts_reads_as_one_line() -> None:
    rows = lines_of([cell("Page", 50, 100, 70, 110), cell("1 of 3", 300, 100, 330, 110)])
    assert [each.text for each in joined(rows, lambda _: True)] == ["Page 1 of 3"]


def test_rows_of_text_set_in_columns_stay_apart() -> None:
    left, right = "the quick brown fox jumps over", "a lazy dog that sleeps in sun"
    cells = [
        part
        for top in (100, 112)
        for part in (cell(left, 50, top, 200, top + 10), cell(right, 300, top, 450, top + 10))
    ]
    assert len(joined(lines_of(cells), lambda _: True)) == 4
