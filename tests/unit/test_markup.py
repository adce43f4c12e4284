from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup import text_of_html


def test_blocks_become_lines_and_cells_are_parted_by_tabs() -> None:
    html = "<h1>Bill</h1><p>One <b>two</b></p><table><tr><td>Total</td><td>9.00</td></tr></table>"
    assert text_of_html(html).split("\n\n") == ["Bill", "One two", "Total\t9.00"]


def test_what_runs_or_loads_is_not_text() -> None:
    html = '<script>alert("x")</script><style>p{}</style><iframe src="/etc/passwd">in</iframe><p>seen</p>'
    assert text_of_html(html) == "seen"


def test_entities_become_characters() -> None:
    assert text_of_html("<p>Fish &amp; Chips &euro; 5</p>") == "Fish & Chips € 5"


@given(st.text())
def test_no_markup_breaks_it(html: str) -> None:
    assert isinstance(text_of_html(html), str)
