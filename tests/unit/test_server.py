"""A server is found again by its pid file, and nobody else is mistaken for it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.errors import ServiceError
from local.server import Server

SLEEP = "/bin/sleep"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Server]:
    server = Server(name="sleeper", folder=tmp_path, command=[SLEEP, "60"])
    yield server
    server.kill()


def runs(server: Server) -> bool:
    pid = server.pid()
    return pid is not None and Path(f"/proc/{pid}/exe").resolve() == Path(SLEEP).resolve()


def test_another_process_finds_the_server_by_its_pid_file(sleeper: Server) -> None:
    sleeper.start(lambda: runs(sleeper), within=30)
    again = Server(name="sleeper", folder=sleeper.folder, command=[SLEEP, "60"])
    assert again.pid() == sleeper.pid() is not None


def test_the_server_outlives_the_terminal(sleeper: Server) -> None:
    sleeper.start(lambda: runs(sleeper), within=30)
    pid = sleeper.pid()
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)


def test_a_stranger_with_the_same_number_is_not_the_server(sleeper: Server) -> None:
    sleeper.pid_file.write_text(str(os.getpid()))
    assert sleeper.pid() is None


def test_a_half_written_pid_file_is_no_server(sleeper: Server) -> None:
    sleeper.pid_file.write_text("")
    assert sleeper.pid() is None


def test_a_running_server_is_not_started_twice(sleeper: Server) -> None:
    sleeper.start(lambda: runs(sleeper), within=30)
    before = sleeper.pid()
    sleeper.start(lambda: runs(sleeper), within=30)
    assert sleeper.pid() == before


def test_nothing_is_left_after_stop(sleeper: Server) -> None:
    sleeper.start(lambda: runs(sleeper), within=30)
    sleeper.stop()
    assert sleeper.pid() is None
    assert not sleeper.pid_file.exists()


def test_a_server_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    stubborn = Server(name="stubborn", folder=tmp_path, command=[SLEEP, "60"], stop_signal=signal.SIGCONT)
    stubborn.start(lambda: runs(stubborn), within=30)
    stubborn.stop(within=0.1)
    assert stubborn.pid() is None


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    broken = Server(name="broken", folder=tmp_path, command=["/bin/sh", "-c", "echo no memory left; exit 1"])
    with pytest.raises(ServiceError, match="no memory left"):
        broken.start(lambda: False, within=30)


def test_settings_of_the_caller_do_not_reach_the_server(sleeper: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_NODENAME", "stranger")
    sleeper.start(lambda: runs(sleeper), within=30)
    assert b"RABBITMQ_NODENAME" not in Path(f"/proc/{sleeper.pid()}/environ").read_bytes()
