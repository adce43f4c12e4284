"""The systemd units of deploy/faasd."""

import re
from pathlib import Path

import pytest

from connector.configuration import configuration
from deploy.kubernetes.secrets import CONNECTOR

FOLDER = Path(__file__).parents[2] / "deploy" / "faasd"
UNIT = (FOLDER / "docstream-connector.service").read_text(encoding="utf-8")
UNITS = {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.service")}


def test_the_connector_is_given_the_same_secrets_here_and_on_kubernetes() -> None:
    assert re.findall(r"^LoadCredential=(.+):/opt/docstream/\.docstream/secrets/\1$", UNIT, flags=re.M) == list(
        CONNECTOR
    )


def test_calls_that_run_end_before_systemd_kills_the_connector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "docstream-basic-auth-password").write_text("x", encoding="ascii")
    monkeypatch.setenv("secret_mount_path", str(tmp_path))
    monkeypatch.setenv("GATEWAY_URL", "http://127.0.0.1:8080")
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, flags=re.M)
    assert int(seconds) > configuration().grace_seconds


@pytest.mark.parametrize("name", UNITS)
def test_every_unit_is_enabled_by_the_guide_and_comes_back_after_a_reboot(name: str) -> None:
    assert f"systemctl enable --now {name}" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "WantedBy=multi-user.target" in UNITS[name].splitlines()


def test_the_forwarder_holds_no_port_while_the_services_start() -> None:
    ordered = re.findall(r"^(After|PartOf)=.*\bdocstream-services\.service", UNITS["docstream-forward"], flags=re.M)
    assert sorted(ordered) == ["After", "PartOf"]
