"""Deployments, crashes and mistakes of an operator lose nothing, and each document's steps happen once."""

import secrets
from uuid import uuid4

import pytest
import requests

from tests.acceptance.installation import DEPLOY_SECONDS, NAMESPACE, Installation, deployment, reached
from tests.acceptance.test_documents import STEPS
from tests.waiting import eventually

BATCH = 20


def assert_each_step_happened_once(installation: Installation, identities: list[str]) -> None:
    for identity in identities:
        assert installation.ended(identity, within=240)["state"] == "indexed"
    assert {identity: installation.history(identity) for identity in identities} == dict.fromkeys(identities, STEPS)


def notes(count: int) -> list[str]:
    return [f"A note about the harbour {uuid4()}" for _ in range(count)]


def test_functions_redeployed_in_the_middle_of_a_hundred_documents_lose_none(installation: Installation) -> None:
    identities = []
    for name in ("index", "extract", "classify", "notify", "index"):
        identities += installation.upload(*notes(BATCH))
        installation.deploy(deployment(installation.deployed()[name]))
    assert_each_step_happened_once(installation, identities)


def test_events_wait_for_a_function_that_is_away(installation: Installation) -> None:
    usual = deployment(installation.deployed()["index"])
    installation.remove("index")
    try:
        identities = installation.upload(*notes(3))
        for identity in identities:
            eventually(lambda identity=identity: "document.extracted" in installation.history(identity), within=60)  # type: ignore[misc]
    finally:
        installation.deploy(usual)
    assert_each_step_happened_once(installation, identities)


def test_a_function_that_cannot_finish_in_time_is_called_again_later(installation: Installation) -> None:
    with installation.deployed_with("index", exec_timeout="1ms"):
        identities = installation.upload(*notes(2))
        for identity in identities:
            eventually(lambda identity=identity: "document.extracted" in installation.history(identity), within=60)  # type: ignore[misc]
    assert_each_step_happened_once(installation, identities)


@pytest.mark.parametrize(
    ("name", "setting", "word"),
    [
        ("query", "PGHOST", "database"),
        ("upload", "AWS_ENDPOINT_URL_S3", "object"),
        ("query", "OPENSEARCH_URL", "search"),
    ],
    ids=["database", "object-store", "search"],
)
def test_a_function_starts_without_a_service_and_says_what_is_missing(
    installation: Installation, name: str, setting: str, word: str
) -> None:
    nowhere = "127.0.0.1" if setting == "PGHOST" else "http://127.0.0.1:9"
    with installation.deployed_with(
        name, **{setting: nowhere, "PGPORT": "9"} if setting == "PGHOST" else {setting: nowhere}
    ):
        eventually(lambda: word in missing(installation.ready(name)), within=DEPLOY_SECONDS)
    eventually(lambda: installation.ready(name).ok, within=DEPLOY_SECONDS)


def missing(answer: requests.Response) -> str:
    """What a function says that it lacks; nothing when it is ready."""
    return answer.json()["detail"] if answer.status_code == requests.codes.unavailable and reached(answer) else ""


def test_a_secret_rotated_while_functions_run_counts_at_once(installation: Installation) -> None:
    cookie = session(installation)
    path = "/documents"
    assert installation.function("query", path, cookies=cookie).ok
    secret = {"name": "docstream-session-key", "namespace": NAMESPACE, "value": secrets.token_hex(32)}
    installation.system("PUT", "secrets", json=secret).raise_for_status()
    eventually(lambda: installation.function("query", path, cookies=cookie).status_code == 401, within=120)
    # One function may see the new secret before the other.
    eventually(lambda: installation.function("query", path, cookies=session(installation)).ok, within=120)


def session(installation: Installation) -> dict[str, str]:
    opened = installation.api("POST", "/api/session", json={"key": installation.key})
    return dict(opened.cookies)
