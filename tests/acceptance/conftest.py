"""The installation to accept: the one the environment names, else the local gateway as `make up` starts it."""

import os

import pytest

from local import credentials, provider
from tests.acceptance.installation import DEPLOY_SECONDS, Installation, reached
from tests.waiting import eventually


@pytest.fixture(scope="session")
def installation(request: pytest.FixtureRequest) -> Installation:
    here = named_by_environment() or local(request)
    for name in here.deployed():
        # A deployment counts as ready before its function listens.
        eventually(lambda name=name: reached(here.ready(name)), within=DEPLOY_SECONDS)  # type: ignore[misc]
    return here


def named_by_environment() -> Installation | None:
    url = os.environ.get("ACCEPTANCE_GATEWAY")
    if url:
        return Installation(
            url=url.rstrip("/"),
            user=os.environ.get("OPENFAAS_USER", provider.USER),
            password=os.environ["OPENFAAS_PASSWORD"],
            key=os.environ["DOCSTREAM_API_KEY"],
        )
    return None


def local(request: pytest.FixtureRequest) -> Installation:
    stack = request.getfixturevalue("stack")
    password = credentials.read(stack.home / "secrets", provider.PASSWORD)
    return Installation(url=stack.url, user=provider.USER, password=password, key=stack.key)
