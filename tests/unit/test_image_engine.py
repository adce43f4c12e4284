"""The folder of a Docker engine's socket is this user's alone, or the engine is not started."""

import os
from pathlib import Path

import pytest

from local.errors import ServiceError
from local.images.engine import private


def test_a_folder_is_made_and_met_again(tmp_path: Path) -> None:
    for _ in range(2):
        private(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run").chmod(0o755)
    with pytest.raises(ServiceError, match="run is not a folder of this user alone"):
        private(tmp_path / "run")


def test_a_link_to_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to("elsewhere")
    with pytest.raises(ServiceError):
        private(tmp_path / "run")


def test_somebody_elses_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private(tmp_path / "run")
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    with pytest.raises(ServiceError):
        private(tmp_path / "run")
