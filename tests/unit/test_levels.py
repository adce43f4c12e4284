import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.levels import backoff, level_for
from pipeline.broker import DELAY_LEVELS


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, 1), (1, 1), (1.01, 2), (8, 8), (9, 15), (899, 900), (900, 900), (5_000, 900)]
)
def test_the_level_is_the_shortest_that_is_long_enough(seconds: float, level: float) -> None:
    assert level_for(seconds, DELAY_LEVELS) == level


@pytest.mark.parametrize(("count", "longest"), [(0, 2), (1, 4), (6, 128), (9, 900), (10_000, 900)])
def test_the_longest_delay_doubles_up_to_the_cap(count: int, longest: float) -> None:
    assert backoff(count, base=2, cap=900, chance=1) == longest


@given(st.integers(0, 300), st.floats(0.0001, 1))
def test_the_jitter_is_full(count: int, chance: float) -> None:
    assert backoff(count, base=2, cap=900, chance=chance) == chance * backoff(count, base=2, cap=900, chance=1)
