"""Every interleaving of up to three messages with crashes anywhere: one effect, and always a way to the end."""

import pytest

from tests.promise.model import Protocol, explore


@pytest.mark.parametrize(("messages", "faults"), [(1, 5), (2, 2), (3, 1)])
def test_every_interleaving_has_one_effect_and_a_way_to_the_end(messages: int, faults: int) -> None:
    verdict = explore(messages, faults, Protocol())
    assert verdict.states > 4_000
    assert (verdict.doubled, verdict.hopeless) == (0, 0)


@pytest.mark.parametrize("messages", [1, 2])
def test_without_the_inbox_effects_are_doubled(messages: int) -> None:
    assert explore(messages, 1, Protocol(inbox=False)).doubled > 0


@pytest.mark.parametrize("messages", [1, 2])
def test_without_the_outbox_events_are_lost(messages: int) -> None:
    verdict = explore(messages, 1, Protocol(outbox=False))
    assert (verdict.doubled, verdict.hopeless > 0) == (0, True)


@pytest.mark.parametrize("messages", [1, 2])
def test_without_confirm_before_ack_messages_are_lost(messages: int) -> None:
    """A call that fails is acknowledged, and the connector dies before the retry is confirmed: two faults."""
    assert explore(messages, 2, Protocol(confirm_before_ack=False)).hopeless > 0


def test_without_a_fault_nothing_of_it_is_needed() -> None:
    verdict = explore(2, 0, Protocol(outbox=False, confirm_before_ack=False))
    assert verdict.doubled == 0
