"""Long lists come out whole, or it is said that they do not."""

import pytest

from bench.lists import Format, measured


@pytest.mark.parametrize("kind", ["pdf", "csv"])
@pytest.mark.parametrize("balance", [True, False])
@pytest.mark.parametrize("count", [10, 25, 100, 400])
def test_as_many_rows_come_out_as_went_in(count: int, balance: bool, kind: Format) -> None:
    found = measured(count, kind, balance=balance)
    assert (found["rows_out"], found["amounts_right"], found["flagged"]) == (count, count, False)


@pytest.mark.parametrize("kind", ["pdf", "csv"])
@pytest.mark.parametrize("balance", [True, False])
def test_a_row_that_cannot_be_read_is_never_passed_over_in_silence(balance: bool, kind: Format) -> None:
    found = measured(100, kind, balance=balance, damaged=True)
    assert (found["rows_out"], found["flagged"]) == (99, True)
