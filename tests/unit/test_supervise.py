"""A process that ends is started again, after growing pauses, and given up when it never lives."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import supervise
from local.server import Server
from local.site import REPOSITORY
from local.supervise import MOST_IN_A_ROW, STEADY_SECONDS, Restarts, keep_running
from tests.waiting import eventually

WITHIN = 30


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Server]:
    """A process that writes its number and waits, under a supervisor."""
    waiting = ["/bin/sh", "-c", f"echo $$ > {tmp_path}/number; exec sleep 600"]
    server = Server(
        name="kept",
        folder=tmp_path,
        command=supervise.command(tmp_path, waiting),
        environment={"PYTHONPATH": str(REPOSITORY)},
    )
    server.start(lambda: number(server) is not None, within=WITHIN)
    yield server
    server.kill()


def number(server: Server) -> int | None:
    """Of the process under the supervisor, once it is written whole."""
    file = server.folder / "number"
    written = file.read_text() if file.exists() else ""
    return int(written) if written.endswith("\n") else None


def gone(pid: int) -> bool:
    """Ended, and at most waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
    except ProcessLookupError:
        return True


def test_a_killed_process_is_started_again_and_the_end_is_told(kept: Server) -> None:
    first = number(kept)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: number(kept) not in (first, None), within=WITHIN)
    told = Restarts.of(kept.folder)
    assert (told.ends, told.exit_code, told.given_up) == (1, -signal.SIGKILL, False)


def test_stopping_the_supervisor_stops_the_process_and_counts_no_end(kept: Server) -> None:
    pid = number(kept)
    assert pid is not None
    kept.stop(WITHIN)
    assert gone(pid)
    assert Restarts.of(kept.folder).ends == 0


def test_a_killed_supervisor_leaves_no_process_behind(kept: Server) -> None:
    pid = number(kept)
    assert pid is not None
    kept.kill()
    eventually(lambda: gone(pid), within=WITHIN)


def test_what_never_lives_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(supervise, "MOST_IN_A_ROW", 3)
    assert asyncio.run(keep_running(tmp_path, ["false"])) == 1
    told = Restarts.of(tmp_path)
    assert (told.ends, told.exit_code, told.given_up) == (3, 1, True)


def test_pauses_double_up_to_a_limit_and_begin_anew_after_a_steady_life() -> None:
    restarts, pauses = Restarts(), list[float]()
    for _ in range(MOST_IN_A_ROW):
        restarts = restarts.after(1, lived=0.1)
        pauses.append(restarts.pause())
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert restarts.given_up
    steady = restarts.after(1, lived=STEADY_SECONDS + 1)
    assert (steady.pause(), steady.ends, steady.given_up) == (0.5, MOST_IN_A_ROW + 1, False)
