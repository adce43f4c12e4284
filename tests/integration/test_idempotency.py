"""One Idempotency-Key, one effect: repeated, taken over, or refused."""

import socket
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from functions.upload import accept, claims
from functions.upload.handler import app
from pipeline import auth, blobs
from pipeline.database import fetch, transaction
from pipeline.errors import Conflict
from tests.serving import serving
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket")


@pytest.fixture
def client(fresh_database: None, bucket: str) -> TestClient:
    auth.ensure_key("dsk_upload", tenant="acme", scopes=frozenset({"write"}), name="test")
    return TestClient(app, raise_server_exceptions=False, headers={"Authorization": "Bearer dsk_upload"})


def post(client: TestClient, content: bytes = b"hello", key: str = "k1", query: str = "", **more: str) -> Any:
    headers = {"X-Filename": "a.txt", "Idempotency-Key": key, **more}
    return client.post(f"/{query}", content=content, headers=headers)


def batch(client: TestClient, *contents: bytes) -> Any:
    files = [("file", (f"{number}.txt", content)) for number, content in enumerate(contents)]
    return client.post("/?duplicates=allow", files=files, headers={"Idempotency-Key": "k1"})


def count() -> int:
    return int(fetch("SELECT count(*) AS n FROM documents")[0]["n"])


def objects(bucket: str) -> int:
    return int(blobs.client().list_objects_v2(Bucket=bucket)["KeyCount"])


def expire_lease() -> None:
    with transaction() as tx:
        tx.execute("UPDATE idempotency_keys SET lease_until = now() - interval '1 second'")


def test_row_02_a_repeated_request_gets_the_reply_of_the_first(client: TestClient, bucket: str) -> None:
    first, second = (post(client, query="?duplicates=allow") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert (count(), objects(bucket)) == (1, 1)


@pytest.mark.parametrize("quoted", ['"k1"', "k1"])
def test_a_key_may_be_quoted_or_bare(client: TestClient, quoted: str) -> None:
    first = post(client, query="?duplicates=allow")
    assert post(client, key=quoted, query="?duplicates=allow").json() == first.json()


@pytest.mark.parametrize("change", [{"content": b"other"}, {"X-Filename": "b.txt"}, {"X-Metadata": '{"a": 1}'}])
def test_row_03_a_key_with_another_request_is_422(client: TestClient, bucket: str, change: dict[str, Any]) -> None:
    post(client)
    answer = post(client, **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert (count(), objects(bucket)) == (1, 1)


def test_row_03_a_key_at_work_is_409_before_the_body_is_read(client: TestClient) -> None:
    claims.claim("acme", accept.item_key("k1", 0), uuid4())
    with serving(app) as url, socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dsk_upload\r\nIdempotency-Key: k1\r\n"
            b"X-Filename: a.txt\r\nContent-Length: 1000\r\n\r\n"
        )
        head = connection.recv(4096).lower()
    assert head.startswith(b"http/1.1 409")
    assert b"retry-after: " in head


def test_keys_of_two_tenants_have_nothing_in_common(client: TestClient) -> None:
    auth.ensure_key("dsk_other", tenant="other", scopes=frozenset({"write"}), name="test")
    first = post(client)
    second = post(client, b"other", Authorization="Bearer dsk_other")
    assert (first.status_code, second.status_code) == (202, 202)


def test_a_request_that_died_is_taken_over_after_its_lease(client: TestClient) -> None:
    dead = claims.claim("acme", accept.item_key("k1", 0), uuid4())
    assert post(client).status_code == 409
    expire_lease()
    assert post(client).status_code == 202
    assert isinstance(dead, claims.Claim)
    with pytest.raises(Conflict):
        claims.renew(dead)


def test_only_the_claim_that_the_key_names_may_be_committed(client: TestClient) -> None:
    late = claims.claim("acme", "k", uuid4())
    assert isinstance(late, claims.Claim)
    expire_lease()
    claims.claim("acme", "k", uuid4())
    with pytest.raises(Conflict), transaction() as tx:
        claims.finish(tx, late, fingerprint="f", reply={})
    claims.release([late])
    assert fetch("SELECT 1 FROM idempotency_keys")


def test_a_refused_request_lets_its_key_go(client: TestClient) -> None:
    assert post(client, b"").status_code == 400
    assert post(client).status_code == 202


def test_a_cut_request_lets_its_key_go(client: TestClient) -> None:
    with serving(app) as url:
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
            connection.sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dsk_upload\r\nIdempotency-Key: k1\r\n"
                b"X-Filename: a.txt\r\nContent-Length: 1000\r\n\r\nhello"
            )
            eventually(lambda: fetch("SELECT 1 FROM idempotency_keys"))
        eventually(lambda: not fetch("SELECT 1 FROM idempotency_keys"))
    assert post(client).status_code == 202


def test_a_repeated_batch_gets_the_same_documents(client: TestClient, bucket: str) -> None:
    first, second = (batch(client, b"one", b"two") for _ in range(2))
    assert second.json() == first.json()
    assert second.headers["Location"] == first.headers["Location"]
    assert second.json()["documents"] == first.json()["documents"]
    assert (count(), objects(bucket)) == (2, 2)


def test_in_a_repeated_batch_a_changed_file_alone_is_422(client: TestClient) -> None:
    first = batch(client, b"one", b"two").json()["documents"]
    second = batch(client, b"one", b"changed").json()["documents"]
    assert second[0] == first[0]
    assert second[1]["code"] == "idempotency-key-reused"


def test_a_batch_that_died_half_way_is_completed_by_its_repetition(client: TestClient) -> None:
    [first] = [batch(client, b"one").json()]
    completed = batch(client, b"one", b"two").json()["documents"]
    assert completed[0] == first
    assert completed[1]["document_id"] != first["document_id"]
    assert count() == 2
