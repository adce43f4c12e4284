from functions.extract.parting import parted
from pipeline.rows import Cell, cell


def words(*placed: tuple[str, float]) -> list[Cell]:
    """Words with their left edges; a character is 5 points wide, a line 10 high."""
    return [cell(text, left, 100, left + 5 * len(text), 110) for text, left in placed]


def texts(*placed: tuple[str, float]) -> list[str]:
    found = words(*placed)
    whole = cell(" ".join(w.text for w in found), found[0].left, 100, found[-1].right, 110)
    return [part.text for part in parted([whole], found)]


def test_a_leader_parts_label_and_value() -> None:
    assert texts(("Total", 50), (".", 78), (".", 86), (".", 94), (".", 102), ("12.50", 112)) == ["Total", "12.50"]


def test_dots_at_the_end_of_a_word_lead_too() -> None:
    assert texts(("Total.......", 50), ("12.50", 115)) == ["Total", "12.50"]


def test_a_leader_to_nowhere_is_dropped() -> None:
    assert texts(("Severe", 50), (".", 84), (".", 90), (".", 96), (".", 102)) == ["Severe"]


def test_an_unusually_wide_gap_parts_cells() -> None:
    assert texts(("Unit", 50), ("price", 73), ("Amount", 140)) == ["Unit price", "Amount"]


def test_a_stretched_line_stays_whole() -> None:
    assert texts(("a", 50), ("line", 63), ("that", 99), ("is", 127), ("so", 145)) == ["a line that is so"]


def test_a_cell_whose_words_are_others_stays_whole() -> None:
    whole = cell("Total 9.00 EUR", 50, 100, 200, 110)
    assert parted([whole], words(("Total", 50), ("9.00", 180))) == [whole]
