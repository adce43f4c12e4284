from connector.window import Window


def succeed(window: Window, times: int) -> list[int]:
    limits = []
    for _ in range(times):
        window.succeeded()
        limits.append(window.limit)
    return limits


def test_an_overload_halves_the_calls_but_never_to_none() -> None:
    window = Window(8)
    limits = []
    for _ in range(4):
        window.overloaded()
        limits.append(window.limit)
    assert limits == [4, 2, 1, 1]


def test_ten_successes_add_one() -> None:
    window = Window(8)
    window.overloaded()
    assert succeed(window, 20) == [4] * 9 + [5] * 10 + [6]


def test_after_an_outage_it_doubles_from_one() -> None:
    window = Window(8)
    window.restart()
    assert [1, *succeed(window, 7)] == [1, 2, 2, 4, 4, 4, 4, 8]


def test_it_never_grows_beyond_its_maximum() -> None:
    window = Window(3)
    window.restart()
    assert max(succeed(window, 100)) == 3


def test_a_full_window_follows_its_maximum() -> None:
    window = Window(2)
    window.resize(6)
    assert window.limit == 6
    window.resize(1)
    assert window.limit == 1
