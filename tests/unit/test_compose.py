"""docker-compose.yml: pinned, healthy, private, and without a password."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local import compose
from local.site import Site

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(compose.FILE.read_text())["services"]
DEFAULT_SERVICES = {"rabbitmq", "postgres", "s3", "opensearch"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(home=tmp_path, data=tmp_path, mode="compose", base_port=21600, account=None)


def test_the_services_of_the_native_mode_are_there_and_ollama_is_optional() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == DEFAULT_SERVICES
    assert SERVICES["ollama"]["profiles"] == ["ollama"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_one_release(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?(-management)?|RELEASE\.[0-9TZ-]+", tag)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_every_port_is_bound_to_loopback(name: str) -> None:
    assert SERVICES[name]["ports"]
    assert all(port.startswith("127.0.0.1:${") for port in SERVICES[name]["ports"])


@pytest.mark.parametrize("name", SERVICES)
def test_data_survives_in_a_named_volume(name: str) -> None:
    volumes = yaml.safe_load(compose.FILE.read_text())["volumes"]
    assert SERVICES[name]["volumes"][0].partition(":")[0] in volumes


@pytest.mark.parametrize("name", SERVICES)
def test_passwords_come_from_files(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("PASS|SECRET|TOKEN|KEY", variable):
            assert value.startswith("/run/secrets/")


def test_a_missing_setting_is_an_error_and_never_a_default(site: Site) -> None:
    text = compose.FILE.read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    assert asked == set(compose.settings(site)) - {"COMPOSE_PROJECT_NAME"}
    assert all(f"${{{name}:?" in text for name in asked)
    assert ":-" not in text


def test_two_clones_are_two_projects(site: Site, tmp_path: Path) -> None:
    other = Site(home=tmp_path / "other", data=tmp_path, mode="compose", base_port=21600, account=None)
    assert compose.settings(site)["COMPOSE_PROJECT_NAME"] != compose.settings(other)["COMPOSE_PROJECT_NAME"]
