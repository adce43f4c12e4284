"""A call of a webhook ends with its deadline, and not before it."""

import socket

import pytest

from functions.notify.outbound import AddressNotAllowed, Deadline, connected, permitted


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")


def test_an_owner_may_take_all_the_time_there_is_to_answer() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as owner,
        Deadline(60) as deadline,
        connected("127.0.0.1", owner.getsockname()[1], deadline) as line,
    ):
        deadline.covers(line)
        assert line.gettimeout() is None


def test_once_the_time_is_over_no_further_address_is_tried() -> None:
    with Deadline(0) as deadline, pytest.raises(TimeoutError):
        connected("127.0.0.1", 1, deadline)


def test_a_refusal_does_not_say_which_address_a_name_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "")
    with pytest.raises(AddressNotAllowed) as refused:
        permitted("localhost", 80)
    assert "127.0.0.1" not in str(refused.value)
