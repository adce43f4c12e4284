"""A call of a webhook ends with its deadline, and not before it."""

import socket
import threading

import pytest

from functions.notify import outbound
from functions.notify.outbound import Deadline, connected, permitted, post


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")


def test_an_owner_that_takes_its_time_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
    never = threading.Event()

    def serve(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller:
            never.wait(1)
            caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=serve, args=[listener], daemon=True)
        answering.start()
        assert post(f"http://127.0.0.1:{listener.getsockname()[1]}", {}, b"{}", seconds=30) == 204
        answering.join(30)


def test_once_the_time_is_over_no_further_address_is_tried() -> None:
    with Deadline(0) as deadline, pytest.raises(TimeoutError):
        connected("127.0.0.1", 1, deadline)


def test_a_refusal_does_not_say_which_address_a_name_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "")
    with pytest.raises(outbound.AddressNotAllowed) as refused:
        permitted("localhost", 80)
    assert "127.0.0.1" not in str(refused.value)
