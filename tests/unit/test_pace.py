from connector.pace import Pace


def after(pace: Pace, *calls: tuple[int, float]) -> bool:
    """What it says once so many calls took so many seconds."""
    for number, seconds in calls:
        for _ in range(number):
            pace.called(seconds)
    return pace.short


def test_a_function_counts_as_slow_until_many_calls_were_short() -> None:
    assert not after(Pace(), (100, 0.01))
    assert after(Pace(), (300, 0.01))


def test_documents_that_take_seconds_get_no_reserve() -> None:
    assert not after(Pace(), (1_000, 2.0))
    assert not after(Pace(), (300, 0.01), (20, 2.0))


def test_one_long_call_between_short_ones_changes_nothing() -> None:
    assert after(Pace(), (300, 0.01), (1, 5.0))


def test_what_lies_between_short_and_long_stays_what_it_was() -> None:
    assert after(Pace(), (300, 0.01), (1_000, 0.1))
    assert not after(Pace(), (1_000, 0.1))
