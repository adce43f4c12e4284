"""Two budgets, one deadline, and a delay that is never shorter than asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.journey import Journey
from connector.outcome import Answer, outcome
from connector.settle import Ack, DeadLetter, Policy, Retry, Settlement, settle
from pipeline.broker import DELAY_LEVELS

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FRESH = Journey.of({}, now=NOW, patience=timedelta(hours=24))
POLICY = Policy(levels=DELAY_LEVELS)

SUCCESS, FAILED, REFUSED = Answer(status=200), Answer(status=500), Answer(status=422, code="encrypted")
AWAY = Answer(status=503)


def settled(
    answer: Answer, journey: Journey = FRESH, policy: Policy = POLICY, now: datetime = NOW, chance: float = 1.0
) -> Settlement:
    return settle(outcome(answer), answer, journey, policy, now=now, chance=chance)


def retried(answer: Answer, journey: Journey = FRESH, policy: Policy = POLICY, chance: float = 1.0) -> Retry:
    settlement = settled(answer, journey, policy, chance=chance)
    assert isinstance(settlement, Retry)
    return settlement


def given_up(answer: Answer, journey: Journey, now: datetime = NOW) -> DeadLetter:
    settlement = settled(answer, journey, now=now)
    assert isinstance(settlement, DeadLetter)
    return settlement


def test_success_is_acknowledged() -> None:
    assert settled(SUCCESS) == Ack()


def test_a_refusal_is_dead_at_once_with_the_code_of_the_function() -> None:
    letter = given_up(REFUSED, FRESH)
    assert (letter.code, letter.status, letter.journey.attempt) == ("encrypted", 422, 1)


def test_a_failed_call_burns_an_attempt_and_no_defer() -> None:
    journey = retried(FAILED).journey
    assert (journey.attempt, journey.defer, journey.error_class) == (1, 0, "handler-failed")


def test_an_outage_burns_a_defer_and_no_attempt() -> None:
    journey = retried(AWAY).journey
    assert (journey.attempt, journey.defer, journey.error_class) == (0, 1, "unavailable")


def test_the_seventh_failed_call_is_the_last() -> None:
    assert retried(FAILED, replace(FRESH, attempt=5)).journey.attempt == 6
    assert given_up(FAILED, replace(FRESH, attempt=6)).code == "attempts-exhausted"


def test_two_hundred_outages_are_suspected_poison() -> None:
    assert retried(AWAY, replace(FRESH, defer=199)).journey.defer == 200
    assert given_up(AWAY, replace(FRESH, defer=200)).code == "suspected-poison"


@pytest.mark.parametrize(("answer", "code"), [(AWAY, "suspected-poison"), (FAILED, "attempts-exhausted")])
def test_after_the_deadline_nothing_is_tried_again(answer: Answer, code: str) -> None:
    assert given_up(answer, FRESH, now=NOW + timedelta(hours=25)).code == code


def test_the_compensator_is_never_given_up() -> None:
    old = replace(FRESH, attempt=1_000, defer=1_000, deadline=NOW - timedelta(days=1))
    assert retried(FAILED, old, replace(POLICY, endless=True)).level == 900


def test_the_first_failure_is_remembered() -> None:
    first = retried(FAILED).journey
    later = settle(outcome(AWAY), AWAY, first, POLICY, now=NOW + timedelta(hours=1), chance=1)
    assert isinstance(later, Retry)
    assert later.journey.first_failed == NOW


@pytest.mark.parametrize(("asked", "level"), [(None, 4), (3, 4), (20, 30), (100_000, 900)])
def test_retry_after_is_a_floor_within_fifteen_minutes(asked: float | None, level: float) -> None:
    assert retried(replace(AWAY, retry_after=asked)).level == level


def test_progress_touches_no_budget() -> None:
    goes_on = Answer(status=425, code="continues", retry_after=1)
    settlement = retried(goes_on, replace(FRESH, attempt=6, defer=200))
    assert (settlement.level, settlement.journey.attempt, settlement.journey.defer) == (1, 6, 200)


@given(st.integers(0, 250), st.integers(0, 6), st.sampled_from([AWAY, FAILED]), st.floats(0.001, 1))
def test_a_journey_only_ever_grows_and_ends(defer: int, attempt: int, answer: Answer, chance: float) -> None:
    settlement = settled(answer, replace(FRESH, attempt=attempt, defer=defer), chance=chance)
    assert isinstance(settlement, Retry | DeadLetter)
    assert settlement.journey.attempt + settlement.journey.defer == attempt + defer + 1
    if isinstance(settlement, Retry):
        assert settlement.level in DELAY_LEVELS
        assert settlement.journey.attempt <= 6
        assert settlement.journey.defer <= 200
