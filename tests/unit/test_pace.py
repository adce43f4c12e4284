from connector.pace import Pace

NONE, ONE_EACH = 8, 16


def taken(*calls: tuple[int, float]) -> int:
    """The prefetch of eight workers once so many calls took so many seconds each."""
    pace = Pace()
    for number, seconds in calls:
        for _ in range(number):
            pace.called(seconds)
    return pace.prefetch(8)


def test_there_is_no_reserve_until_many_calls_were_short() -> None:
    assert taken() == taken((100, 0.01)) == NONE
    assert taken((300, 0.01)) == ONE_EACH


def test_documents_that_take_seconds_get_no_reserve() -> None:
    assert taken((1_000, 2.0)) == taken((300, 0.01), (20, 2.0)) == NONE


def test_one_long_call_between_short_ones_changes_nothing() -> None:
    assert taken((300, 0.01), (1, 5.0)) == ONE_EACH


def test_what_lies_between_short_and_long_stays_what_it_was() -> None:
    assert taken((300, 0.01), (1_000, 0.1)) == ONE_EACH
    assert taken((1_000, 0.1)) == NONE
