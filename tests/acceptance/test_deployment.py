"""What is deployed is what stack.yml says, and each function tells how it is."""

from pathlib import Path

import pytest
import requests

from local import stackfile
from tests.acceptance.installation import Installation

ROOT = Path(__file__).parents[2]
STACK = {spec.name: spec for spec in stackfile.parse((ROOT / "stack.yml").read_text(encoding="utf-8"), {})}


def test_every_function_is_deployed_with_its_topic_and_its_secrets(installation: Installation) -> None:
    deployed = installation.deployed()
    assert {
        name: (each.get("annotations", {}).get("topic"), sorted(each.get("secrets") or []))
        for name, each in deployed.items()
        if name in STACK
    } == {name: (spec.annotations.get("topic"), sorted(spec.secrets)) for name, spec in STACK.items()}


@pytest.mark.parametrize("name", STACK)
def test_every_function_has_a_process_and_says_that_it_is_ready(installation: Installation, name: str) -> None:
    described = installation.system("GET", f"function/{name}").json()
    assert described["availableReplicas"] >= 1
    assert installation.ready(name).json() == {"status": "ready"}


def test_a_call_id_comes_back_and_runs_through_the_gateway(installation: Installation) -> None:
    answer = installation.function("query", "/ready", headers={"X-Call-Id": "acceptance-1"})
    assert answer.headers["X-Call-Id"] == "acceptance-1"


def test_an_unknown_function_is_not_found_and_not_taken_for_an_answer_of_ours(installation: Installation) -> None:
    answer = installation.function("nobody")
    assert answer.status_code == 404
    assert "json" not in answer.headers.get("Content-Type", "")
    assert "X-OpenFaaS-Internal" not in answer.headers


def test_only_the_administrator_sees_what_is_deployed(installation: Installation) -> None:
    assert requests.get(f"{installation.url}/system/functions", timeout=30).status_code == 401


def test_a_deployment_with_a_missing_secret_is_refused_and_the_function_goes_on(installation: Installation) -> None:
    missing = {"service": "acceptance-probe", "image": "localhost/none:1", "secrets": ["docstream-nowhere"]}
    assert installation.system("POST", "functions", json=missing).status_code in (400, 500)
    assert "acceptance-probe" not in installation.deployed()
