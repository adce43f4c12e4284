import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import own_ports, ports


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCSTREAM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port another server has, which is the usual one here."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        monkeypatch.setitem(own_ports.USUAL, "gateway", port)
        yield port


def test_a_taken_port_is_left_alone_and_the_choice_is_remembered(home: Path, taken: int) -> None:
    own_ports.choose(["gateway"])
    chosen = own_ports.port("gateway")
    assert chosen > taken
    assert ports.is_free(chosen)
    own_ports.choose(["gateway"])
    assert own_ports.port("gateway") == chosen


def test_two_servers_never_get_the_same_port(home: Path, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(own_ports.USUAL, "connector", taken)
    own_ports.choose(["gateway", "connector"])
    assert own_ports.port("gateway") != own_ports.port("connector")
