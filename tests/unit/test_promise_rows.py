"""Every row of the fault matrix has a test with its number in its name, where docs/promise.md says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
LAST = 44
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"^(?:async )?def test_row_(\d+)_", re.MULTILINE)
MATRIX = {int(number): modules for number, _, modules in ROW.findall((ROOT / "docs" / "promise.md").read_text())}
WRITTEN = {
    (int(number), str(path.relative_to(TESTS)))
    for path in TESTS.rglob("test_*.py")
    for number in NAMED.findall(path.read_text())
}


def test_the_matrix_has_all_rows_in_order() -> None:
    assert list(MATRIX) == list(range(1, LAST + 1))


@pytest.mark.parametrize("row", MATRIX)
def test_a_row_is_tested_where_the_matrix_says(row: int) -> None:
    said = set(re.findall(r"`([\w/]+\.py)`", MATRIX[row]))
    assert said
    assert said <= {module for number, module in WRITTEN if number == row}
