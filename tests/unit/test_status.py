"""The status of one machine says what does not run, and what has ended by itself."""

from pathlib import Path

import pytest

from local import administrator, background, credentials, stack
from local.supervise import MOST_IN_A_ROW, Restarts
from tests.answering import refusing


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a stack of which nothing runs."""
    monkeypatch.setenv("DOCSTREAM_HOME", str(tmp_path))
    credentials.generate(tmp_path / "secrets")
    return tmp_path


def test_functions_behind_no_gateway_are_listed_as_not_answering(home: Path) -> None:
    with refusing() as url:
        states = {name: state for name, _, state in administrator.states(url)}
    assert {"upload", "classify", "extract", "index", "notify", "query", "manage"} <= states.keys()
    assert set(states.values()) == {"not answering"}


def test_what_is_stopped_is_told_with_what_does_not_work_without_it(home: Path) -> None:
    assert [state for _, _, state in background.states()] == ["stopped", "stopped"]
    gateway, connector = stack.remarks()
    assert "nobody can call" in gateway
    assert "documents are accepted and wait" in connector


def test_what_was_given_up_is_told_with_its_log(home: Path) -> None:
    folder = home / "connector"
    folder.mkdir()
    restarts = Restarts()
    for _ in range(MOST_IN_A_ROW):
        restarts = restarts.after(1, lived=0.1)
    restarts.write(folder)
    (remark,) = background.remarks()
    assert f"ended {MOST_IN_A_ROW} times by itself" in remark
    assert "with exit code 1, and was given up" in remark
    assert str(folder / "connector.log") in remark
