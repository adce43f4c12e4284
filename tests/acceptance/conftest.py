"""The installation to accept: the one the environment names, else the local gateway as `make up` starts it."""

import os

import pytest

from local import credentials, provider
from tests.acceptance.installation import Installation


@pytest.fixture(scope="session")
def installation(request: pytest.FixtureRequest) -> Installation:
    url = os.environ.get("ACCEPTANCE_GATEWAY")
    if url:
        return Installation(
            url=url.rstrip("/"),
            user=os.environ.get("OPENFAAS_USER", provider.USER),
            password=os.environ["OPENFAAS_PASSWORD"],
            key=os.environ["DOCSTREAM_API_KEY"],
        )
    stack = request.getfixturevalue("stack")
    password = credentials.read(stack.home / "secrets", provider.PASSWORD)
    return Installation(url=stack.url, user=provider.USER, password=password, key=stack.key)
