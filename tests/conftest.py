"""Real services for every test: a database, a vhost, a bucket and an index of its own, by the ordinary settings."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
import requests
from hypothesis import settings as hypothesis_settings

from pipeline import blobs, broker, database
from tests.language_model import model_server as model_server
from tests.language_model import real_model as real_model
from tests.promise.running import rig as rig
from tests.servers import administer, dropped, found_or_started, remove_bucket
from tests.servers import management as management
from tests.stack import stack as stack
from tests.waiting import eventually

# Every run tries the same cases, so that a change is judged by what it changes.
hypothesis_settings.register_profile("same", derandomize=True)
hypothesis_settings.load_profile("same")


@pytest.fixture(scope="session")
def services() -> None:
    found_or_started()


@pytest.fixture(scope="session")
def template_database(services: None) -> Iterator[str]:
    """An empty database with every migration applied; tests get copies."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    administer(f"CREATE DATABASE {name}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGDATABASE", name)
        patch.setenv("PGUSER", "docstream_owner")
        database.migrate()
    yield name
    eventually(lambda: dropped(name), within=30)


@pytest.fixture
def database_as(template_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A fresh database for this test, and the way to change the role that uses it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    administer(f"CREATE DATABASE {name} TEMPLATE {template_database}")

    def become(user: str) -> None:
        monkeypatch.setenv("PGUSER", user)
        database.close()

    monkeypatch.setenv("PGDATABASE", name)
    become("docstream")
    yield become
    database.close()
    eventually(lambda: dropped(name), within=30)


@pytest.fixture
def fresh_database(database_as: Callable[[str], None]) -> None:
    """A fresh database, used as the functions use it."""


@pytest.fixture
def vhost(services: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh vhost in which the functions and the connector may do what they may do in production."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    management("PUT", f"vhosts/{name}")
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    for user in ("docstream", "docstream_connector", "docstream_ops"):
        management("PUT", f"permissions/{name}/{user}", everything)
    monkeypatch.setenv("RABBITMQ_VHOST", name)
    broker.close()
    yield name
    broker.close()
    management("DELETE", f"vhosts/{name}")


@pytest.fixture
def bucket(services: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("S3_BUCKET", name)
    blobs.client().create_bucket(Bucket=name)
    yield name
    remove_bucket(name)


@pytest.fixture
def search_index(services: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an alias nobody else uses; whatever is created behind it is deleted."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("OPENSEARCH_INDEX", name)
    yield name
    requests.delete(f"{os.environ['OPENSEARCH_URL']}/{name}-*", timeout=30).raise_for_status()
