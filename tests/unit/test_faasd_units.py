"""The systemd units of deploy/faasd."""

import re
from pathlib import Path

import pytest

from connector.configuration import configuration
from deploy.kubernetes.secrets import CONNECTOR

FOLDER = Path(__file__).parents[2] / "deploy" / "faasd"
UNIT = (FOLDER / "docstream-connector.service").read_text(encoding="utf-8")


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
