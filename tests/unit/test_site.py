"""A clone remembers where its services are."""

from pathlib import Path

import pytest

from local import site
from local.site import Site


@pytest.fixture
def here(tmp_path: Path) -> Site:
    return Site(home=tmp_path, data=tmp_path / "data", mode="native", base_port=21600, account=None)


def test_a_site_is_remembered(here: Site) -> None:
    site.save(here)
    assert site.load(here.home) == here


def test_nothing_is_remembered_before_the_first_start(tmp_path: Path) -> None:
    assert site.load(tmp_path) is None


def test_a_clone_that_was_moved_starts_afresh(here: Site, tmp_path: Path) -> None:
    site.save(here)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (here.home / "services.json").rename(elsewhere / "services.json")
    assert site.load(elsewhere) is None


def test_the_environment_holds_no_secret(here: Site) -> None:
    values = here.environment()
    assert values["secret_mount_path"] == str(here.secrets)
    assert not [name for name in values if "PASSWORD" in name or "SECRET" in name]


def test_the_home_is_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCSTREAM_HOME", str(tmp_path))
    assert site.home() == tmp_path
    monkeypatch.delenv("DOCSTREAM_HOME")
    assert site.home() == site.REPOSITORY / ".docstream"
