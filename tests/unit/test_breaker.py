import threading

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pipeline.breaker import Breaker, Limits, State

LIMITS = Limits()


def call(breaker: Breaker, healthy: bool | None, now: float) -> None:
    permit = breaker.permit(now)
    assert permit is not None
    breaker.record(permit, healthy, now)


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker(LIMITS)
    for _ in range(LIMITS.consecutive):
        call(breaker, False, now)
    return breaker


def test_eight_failures_in_a_row_open_the_circuit() -> None:
    breaker = Breaker(LIMITS)
    for _ in range(7):
        call(breaker, False, 0)
    assert breaker.state(0) == "closed"
    call(breaker, False, 0)
    assert (breaker.state(0), breaker.permit(0)) == ("open", None)


def test_half_of_twenty_calls_failing_open_the_circuit() -> None:
    breaker = Breaker(LIMITS)
    for n in range(19):
        call(breaker, n % 2 == 0, 0)
    assert breaker.state(0) == "closed"
    call(breaker, False, 0)
    assert breaker.state(0) == "open"


def test_old_failures_are_forgotten() -> None:
    breaker = Breaker(LIMITS)
    for n in range(10):
        call(breaker, n % 2 == 0, 0)
    for n in range(10):
        call(breaker, n % 2 == 0, 1_000)
    assert breaker.state(1_000) == "closed"


def test_answers_that_say_nothing_about_health_do_not_count() -> None:
    breaker = Breaker(LIMITS)
    for _ in range(100):
        call(breaker, None, 0)
    assert breaker.state(0) == "closed"


def test_exactly_one_probe_runs_at_a_time() -> None:
    breaker = opened()
    later = breaker.remaining(0)
    permits: list[int | None] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        permits.append(breaker.permit(later))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [permit is not None for permit in permits].count(True) == 1


def test_three_probes_close_the_circuit() -> None:
    breaker = opened()
    later = breaker.remaining(0)
    for _ in range(3):
        assert breaker.state(later) == "half-open"
        call(breaker, True, later)
    assert breaker.state(later) == "closed"


def test_a_failed_probe_opens_for_longer() -> None:
    breaker = opened()
    first = breaker.remaining(0)
    call(breaker, False, first)
    assert breaker.remaining(first) > 16 * 0.8
    assert breaker.permit(first) is None


def test_the_circuit_opens_for_five_minutes_at_most() -> None:
    breaker, now = opened(), 0.0
    for _ in range(40):
        now += breaker.remaining(now)
        call(breaker, False, now)
    assert 300 * 0.8 <= breaker.remaining(now) <= 300 * 1.2


def test_a_probe_that_never_ends_gives_its_lease_back() -> None:
    breaker = opened()
    later = breaker.remaining(0)
    assert breaker.permit(later) is not None
    assert breaker.permit(later + 179) is None
    assert breaker.permit(later + 181) is not None


def test_a_call_from_before_says_nothing_about_the_probe() -> None:
    breaker = Breaker(LIMITS)
    old = breaker.permit(0)
    assert old is not None
    for _ in range(8):
        call(breaker, False, 0)
    later = breaker.remaining(0)
    assert breaker.permit(later) is not None
    breaker.record(old, False, later)
    assert breaker.state(later) == "half-open"


def test_every_change_is_told_once() -> None:
    told: list[State] = []
    breaker = Breaker(LIMITS, on_change=told.append)
    breaker.trip(0)
    breaker.trip(0)
    later = breaker.remaining(0)
    for _ in range(3):
        call(breaker, True, later)
    assert told == ["open", "half-open", "closed"]


class Circuit(RuleBasedStateMachine):
    """Any order of calls, answers and waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.breaker = Breaker(LIMITS)
        self.running: list[tuple[int, State]] = []

    @rule(seconds=st.floats(0, 400))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def start(self) -> None:
        before = self.breaker.state(self.now)
        permit = self.breaker.permit(self.now)
        assert (permit is None) <= (before != "closed")
        if permit is not None:
            self.running.append((permit, self.breaker.state(self.now)))

    @precondition(lambda self: self.running)
    @rule(healthy=st.sampled_from([True, False, None]), data=st.data())
    def finish(self, healthy: bool | None, data: st.DataObject) -> None:
        permit, _ = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        self.breaker.record(permit, healthy, self.now)

    @invariant()
    def an_open_circuit_always_has_an_end(self) -> None:
        assert self.breaker.remaining(self.now) <= 300 * 1.2
        if self.breaker.state(self.now) == "closed":
            assert self.breaker.remaining(self.now) == 0


Circuit.TestCase.settings = settings(max_examples=50, stateful_step_count=60, deadline=None)
test_no_order_of_calls_leaves_the_circuit_stuck = pytest.mark.timeout(60)(Circuit.TestCase)
