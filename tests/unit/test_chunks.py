"""Chunks fit the embedding model, keep every word, and know their page and heading."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chunks import LIMIT, OVERLAP, chunked, rough_spans

WORDS = re.compile(r"\w+")


def paragraph(words: int, first: int = 0) -> str:
    return " ".join(f"w{number}" for number in range(first, first + words))


def tokens(text: str) -> int:
    return len(rough_spans(text))


def test_a_short_document_is_one_chunk() -> None:
    chunks = chunked("<!-- page 1 -->\n# Invoice\n\nTotal: 119.00 EUR\n", rough_spans)
    assert [(chunk.text, chunk.page, chunk.heading) for chunk in chunks] == [
        ("Invoice\nTotal: 119.00 EUR", 1, "Invoice")
    ]


def test_no_text_gives_no_chunk() -> None:
    assert chunked("<!-- page 1 -->\n\n<!-- image -->\n\n", rough_spans) == []


def test_each_page_begins_a_chunk_and_gives_its_number() -> None:
    chunks = chunked("<!-- page 1 -->\nalpha\n<!-- page 2 -->\nbeta\n<!-- page 7 -->\ngamma", rough_spans)
    assert [(chunk.text, chunk.page) for chunk in chunks] == [("alpha", 1), ("beta", 2), ("gamma", 7)]


def test_a_text_without_page_marks_has_no_page() -> None:
    assert [chunk.page for chunk in chunked("alpha beta", rough_spans)] == [None]


def test_a_heading_begins_a_chunk_and_leads_its_path() -> None:
    markdown = f"# Contract\n\n{paragraph(70)}\n\n## Term\n\n{paragraph(70)}\n\n## Price\n\n{paragraph(70)}"
    assert [chunk.heading for chunk in chunked(markdown, rough_spans)] == [
        "Contract",
        "Contract > Term",
        "Contract > Price",
    ]


def test_headings_without_much_under_them_share_a_chunk() -> None:
    markdown = "\n".join(f"## Field {number}\nvalue {number}" for number in range(8))
    assert len(chunked(markdown, rough_spans)) == 1


def test_a_text_that_was_cut_repeats_its_end() -> None:
    first, second, *_ = chunked(paragraph(600), rough_spans)
    repeated = first.text.split()[-OVERLAP:]
    assert second.text.split()[: len(repeated)] == repeated


def test_a_table_is_cut_between_rows_and_repeats_its_header() -> None:
    rows = "\n".join(f"| item {number} | {number}.00 |" for number in range(150))
    chunks = chunked(f"| Name | Price |\n|---|---:|\n{rows}", rough_spans)
    assert len(chunks) > 2
    assert all(chunk.text.startswith("Name   Price\n") for chunk in chunks)
    lines = [line for chunk in chunks for line in chunk.text.splitlines()[1:]]
    assert lines == [f"item {number}   {number}.00" for number in range(150)]


def test_leaders_and_escapes_are_not_kept() -> None:
    (chunk,) = chunked("Chapter one ............ 12\nsnake\\_case", rough_spans)
    assert chunk.text == "Chapter one   12\nsnake_case"


def test_a_chunk_is_embedded_under_its_headings() -> None:
    markdown = f"# Manual\n\n## Safety\n\n{paragraph(400)}"
    first, second, *_ = chunked(markdown, rough_spans)
    assert second.passage.startswith("Manual > Safety\n")
    assert first.passage.startswith("Manual")


LINES = st.lists(
    st.one_of(
        st.just(""),
        st.builds(lambda n: f"<!-- page {n} -->", st.integers(1, 9)),
        st.builds(lambda level, n: f"{'#' * level} {paragraph(n)}", st.integers(1, 6), st.integers(1, 90)),
        st.builds(lambda n: f"| {paragraph(n)} | {n} |", st.integers(1, 400)),
        st.builds(paragraph, st.integers(1, 900)),
        st.text(max_size=200),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_no_chunk_is_too_long_and_no_word_is_lost(lines: list[str]) -> None:
    markdown = "\n".join(lines)
    chunks = chunked(markdown, rough_spans)
    assert all(0 < tokens(chunk.text) <= LIMIT for chunk in chunks)
    kept = {word for chunk in chunks for word in WORDS.findall(chunk.text)}
    written = {word for line in lines if line.startswith(("w", "| w")) for word in WORDS.findall(line)}
    assert written <= kept
