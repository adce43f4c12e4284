"""A function starts whatever is missing, says what it is, and recovers by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline import auth, blobs
from pipeline.application import application
from pipeline.errors import Unavailable
from pipeline.search import client as search
from pipeline.settings import secrets_directory


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, services: None) -> Path:
    """A folder of the secrets that the services know, to change."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    for each in secrets_directory().iterdir():
        (folder / each.name).write_text(each.read_text())
    monkeypatch.setenv("secret_mount_path", str(folder))
    return folder


def signed(request: Request) -> Response:
    auth.signing_key()
    return JSONResponse({})


def started(*needs: Callable[[], None]) -> TestClient:
    return TestClient(application([Route("/", signed)], needs=needs), raise_server_exceptions=False)


def test_a_missing_secret_is_named_until_it_is_there(secrets: Path, fresh_database: None) -> None:
    key = secrets / "docstream-events-key"
    value = key.read_text()
    key.unlink()
    with started(auth.signing_key) as client:
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "function-not-ready")
        assert "docstream-events-key" in answer.json()["detail"]
        key.write_text(value)
        assert client.get("/ready").json() == {"status": "ready"}


def test_every_service_that_does_not_answer_is_named(
    secrets: Path, fresh_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(blobs.ping, search.ping) as client, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        patch.setenv("OPENSEARCH_URL", "http://127.0.0.1:9")
        detail = client.get("/ready").json()["detail"]
        assert "object store" in detail
        assert "search server" in detail


def test_a_bucket_that_is_not_there_is_named(
    secrets: Path, fresh_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S3_BUCKET", "no-such-bucket-here")
    with started(blobs.ping) as client:
        assert "no-such-bucket-here" in client.get("/ready").json()["detail"]


def test_a_call_that_lacks_a_secret_is_put_off_and_tells_strangers_nothing(secrets: Path, fresh_database: None) -> None:
    (secrets / "docstream-events-key").unlink()
    with started() as client:
        answer = client.get("/")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "not-configured", "5")
    assert "docstream-events-key" not in answer.text


def test_a_rotated_password_of_the_object_store_counts_at_once(secrets: Path, bucket: str) -> None:
    blobs.ping()
    secret = secrets / "docstream-s3"
    right = secret.read_text()
    secret.write_text("another")
    with pytest.raises(Unavailable):
        blobs.ping()
    secret.write_text(right)
    blobs.ping()
