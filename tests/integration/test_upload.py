"""What is uploaded is stored whole and accepted once, in constant memory, or refused with a code, leaving nothing."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import requests
from starlette.testclient import TestClient

from functions.upload.handler import app
from pipeline import auth, blobs, broker, database, documents, event_store
from pipeline.database import fetch
from pipeline.events import DocumentFailed
from tests.factories import move
from tests.free_port import free_port
from tests.serving import serving
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket")

KEY = {"Authorization": "Bearer dsk_upload"}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FAILED = DocumentFailed(stage="classify", code="corrupt", reason="broken", failure_class="permanent", attempts=1)


@pytest.fixture
def client(fresh_database: None, bucket: str) -> TestClient:
    auth.ensure_key("dsk_upload", tenant="acme", scopes=frozenset({"write"}), name="test")
    return TestClient(app, raise_server_exceptions=False, headers=KEY)


def raw(client: TestClient, content: bytes, filename: str = "note.txt", **headers: str) -> Any:
    return client.post("/", content=content, headers={"X-Filename": filename, **headers})


def form(client: TestClient, *files: tuple[str, bytes], query: str = "", **data: str) -> Any:
    return client.post(f"/{query}", files=[("file", each) for each in files], data=data)


def objects(bucket: str) -> list[str]:
    return [each["Key"] for each in blobs.client().list_objects_v2(Bucket=bucket).get("Contents", [])]


def uploads(bucket: str) -> list[Any]:
    return blobs.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def count() -> int:
    return int(fetch("SELECT count(*) AS n FROM documents")[0]["n"])


def test_an_upload_is_stored_recorded_and_answered_with_202(client: TestClient) -> None:
    answer = form(client, ("note.txt", b"hello"))
    reply = answer.json()
    document = documents.load(UUID(reply["document_id"]))
    assert (answer.status_code, reply["state"], reply["duplicate_of"]) == (202, "uploaded", None)
    assert answer.headers["location"] == reply["links"]["self"] == f"/api/documents/{document.id}"
    assert blobs.read(document.original_key) == b"hello"
    assert (document.sha256, document.size) == (hashlib.sha256(b"hello").hexdigest(), 5)
    assert [each.row["type"] for each in event_store.history(document.id)] == ["document.uploaded"]


def test_the_event_is_published_and_marked_sent(client: TestClient) -> None:
    link = broker.connect("test")
    broker.declare_topology(link.channel(), {"classify": ["document.uploaded"]})
    document_id = form(client, ("note.txt", b"hello")).json()["document_id"]
    _, _, body = link.channel().basic_get("classify")
    link.close()
    assert document_id.encode() in body
    assert fetch("SELECT 1 FROM events WHERE sent_at IS NOT NULL")


@contextmanager
def away(setting: str, value: str, reset: Callable[[], None]) -> Iterator[None]:
    """A server that does not answer while the block runs; reset makes the clients read their settings anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(setting, value)
        reset()
        yield
    reset()


def test_row_06_without_a_broker_an_upload_is_accepted_all_the_same(client: TestClient) -> None:
    with away("RABBITMQ_PORT", "1", broker.close):
        assert raw(client, b"hello").status_code == 202
    assert fetch("SELECT 1 FROM events WHERE sent_at IS NULL")


def test_without_the_object_store_it_is_503_and_nothing_is_accepted(client: TestClient) -> None:
    with away("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1", blobs.connected.cache_clear):
        answer = raw(client, b"hello", **{"Idempotency-Key": "k"})
    assert refusal(answer) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert count() == 0
    assert not fetch("SELECT 1 FROM idempotency_keys")


def test_without_the_database_it_is_503_with_retry_after(client: TestClient) -> None:
    with away("PGPORT", "1", database.close):
        answer = raw(client, b"hello", Authorization="Bearer dsk_unseen")
    assert refusal(answer) == (503, "unavailable")
    assert "retry-after" in answer.headers


def test_when_the_database_goes_away_during_the_upload_nothing_is_left(client: TestClient, bucket: str) -> None:
    with serving(app) as url, socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
        head = "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dsk_upload\r\nX-Filename: a.txt\r\n"
        connection.sendall(f"{head}Content-Length: 9000000\r\n\r\n".encode())
        connection.sendall(b"hello\n" * 1_499_000)
        eventually(lambda: uploads(bucket))
        with away("PGPORT", "1", database.close):
            connection.sendall(b"hello\n" * 1_000)
            answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 503")
    assert (count(), objects(bucket), uploads(bucket)) == (0, [], [])


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("na%C3%AFve.pdf", "naïve.pdf"),
        ("UTF-8''%e2%82%ac.pdf", "€.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a.pdf", "a.pdf"),
    ],
)
def test_a_raw_body_takes_its_name_from_the_header(client: TestClient, header: str, kept: str) -> None:
    reply = raw(client, PDF, header).json()
    assert documents.load(UUID(reply["document_id"])).filename == kept


def test_a_multipart_name_may_be_in_any_script(client: TestClient) -> None:
    reply = form(client, ("../отчёт.pdf", PDF)).json()
    assert documents.load(UUID(reply["document_id"])).filename == "отчёт.pdf"


def test_two_files_in_one_request_share_one_correlation_id(client: TestClient) -> None:
    given = str(uuid4())
    answer = client.post(
        "/", files=[("file", ("a.txt", b"one")), ("file", ("b.pdf", PDF))], headers={"X-Correlation-Id": given}
    )
    reply = answer.json()
    assert answer.status_code == 202
    assert reply["correlation_id"] == given
    assert {each["correlation_id"] for each in reply["documents"]} == {given}
    assert {str(each["correlation_id"]) for each in fetch("SELECT correlation_id FROM events")} == {given}
    assert len({each["document_id"] for each in reply["documents"]}) == 2


def test_a_refused_file_does_not_hold_up_the_others(client: TestClient, bucket: str) -> None:
    reply = form(client, ("a.txt", b"one"), ("b.exe", b"MZ\x90\x00" + bytes(100)), ("c.txt", b"three")).json()
    first, second, third = reply["documents"]
    assert second == {"filename": "b.exe", "code": "unsupported-type", "detail": second["detail"]}
    assert {f"acme/{each['document_id']}/original" for each in (first, third)} == set(objects(bucket))


def test_when_all_files_are_refused_the_answer_is_a_problem_that_lists_them(client: TestClient) -> None:
    answer = form(client, ("a.txt", b""), ("b.zip", b"PK\x05\x06" + bytes(18)))
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert [each["code"] for each in answer.json()["documents"]] == ["empty-file", "unsupported-type"]


def test_the_same_content_again_is_answered_with_the_first_document(client: TestClient, bucket: str) -> None:
    first = raw(client, b"hello", "a.txt").json()
    second = raw(client, b"hello", "b.txt").json()
    assert second["document_id"] == second["duplicate_of"] == first["document_id"]
    assert second["correlation_id"] == first["correlation_id"]
    assert (count(), len(objects(bucket))) == (1, 1)


def test_duplicates_are_allowed_when_asked_for(client: TestClient, bucket: str) -> None:
    answers = [form(client, ("a.txt", b"hello"), query="?duplicates=allow").json() for _ in range(2)]
    assert [each["duplicate_of"] for each in answers] == [None, None]
    assert (count(), len(objects(bucket))) == (2, 2)


def test_a_failed_document_is_no_reason_to_refuse_its_content(client: TestClient) -> None:
    first = raw(client, b"hello").json()
    move(UUID(first["document_id"]), FAILED)
    assert raw(client, b"hello").json()["duplicate_of"] is None


def test_the_same_content_of_two_tenants_makes_two_documents(client: TestClient) -> None:
    auth.ensure_key("dsk_other", tenant="other", scopes=frozenset({"write"}), name="test")
    first = raw(client, b"hello").json()
    second = raw(client, b"hello", Authorization="Bearer dsk_other").json()
    assert second["duplicate_of"] is None
    assert second["document_id"] != first["document_id"]


def test_racing_uploads_of_one_content_make_one_document(client: TestClient, bucket: str) -> None:
    replies: list[dict[str, Any]] = []
    racers = [threading.Thread(target=lambda: replies.append(raw(client, b"hello").json())) for _ in range(6)]
    for each in racers:
        each.start()
    for each in racers:
        each.join()
    assert len({each["document_id"] for each in replies}) == 1
    assert [each["duplicate_of"] for each in replies].count(None) == 1
    assert (count(), len(objects(bucket))) == (1, 1)


def test_metadata_travels_with_the_document(client: TestClient) -> None:
    reply = form(client, ("a.txt", b"hello"), metadata='{"customer": 7}').json()
    assert documents.load(UUID(reply["document_id"])).metadata == {"customer": 7}
    by_header = raw(client, b"other", **{"X-Metadata": '{"customer": 8}'}).json()
    assert documents.load(UUID(by_header["document_id"])).metadata == {"customer": 8}


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (b"", "a.pdf", (400, "empty-file")),
        (b"\n", "a.pdf", (400, "empty-file")),
        (b"x" * 1001, "a.txt", (413, "too-large")),
        (b"\x7fELF" + bytes(60), "a.pdf", (415, "unsupported-type")),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40), "a.wav", (415, "unsupported-type")),
        (b"no PDF at all", "a.pdf", (415, "unsupported-type")),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(
    client: TestClient, bucket: str, monkeypatch: pytest.MonkeyPatch, content: bytes, filename: str, expected: object
) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "1000")
    answer = raw(client, content, filename)
    assert refusal(answer) == expected
    assert (count(), objects(bucket)) == (0, [])


def test_a_limit_is_named(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "10")
    assert "10 bytes" in raw(client, b"x" * 11).json()["detail"]
    monkeypatch.setenv("MAX_BATCH_DOCUMENTS", "2")
    answer = form(client, ("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c"))
    assert refusal(answer) == (413, "too-many-files")
    assert "2 files" in answer.json()["detail"]
    assert count() == 0


@pytest.mark.parametrize(
    ("headers", "content", "code"),
    [
        ({}, b"hello", "filename-missing"),
        ({"Content-Type": "multipart/form-data"}, b"hello", "malformed-multipart"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"hello", "malformed-multipart"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n", "no-file"),
        ({"X-Filename": "a", "X-Metadata": "[1]"}, b"hello", "invalid-metadata"),
        ({"X-Filename": "a", "X-Metadata": '{"a": "' + "x" * 9000 + '"}'}, b"hello", "metadata-too-large"),
        ({"X-Filename": "a", "X-Metadata": '{"a": "\\u0000"}'}, b"hello", "invalid-metadata"),
        ({"X-Filename": "a", "Idempotency-Key": "x" * 256}, b"hello", "invalid-idempotency-key"),
    ],
)
def test_a_request_that_makes_no_sense_is_400(
    client: TestClient, headers: dict[str, str], content: bytes, code: str
) -> None:
    assert refusal(client.post("/", content=content, headers=headers)) == (400, code)


def test_a_form_that_ends_before_its_last_boundary_leaves_nothing(client: TestClient, bucket: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nhello\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/", content=part % b"a.txt" + part % b"b.txt", headers=headers)
    assert refusal(answer) == (400, "incomplete-body")
    assert (count(), objects(bucket)) == (0, [])


def test_a_key_without_the_scope_is_refused(client: TestClient) -> None:
    auth.ensure_key("dsk_reader", tenant="acme", scopes=frozenset({"read"}), name="test")
    assert refusal(raw(client, b"hello", Authorization="Bearer dsk_reader")) == (403, "forbidden")
    assert refusal(raw(client, b"hello", Authorization="Bearer wrong")) == (401, "unauthorized")


def test_row_01_a_client_that_is_cut_in_mid_body_leaves_nothing(client: TestClient, bucket: str) -> None:
    head = "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dsk_upload\r\nX-Filename: big.txt\r\n"
    with serving(app) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            connection.sendall(f"{head}Content-Length: 40000000\r\n\r\n".encode())
            connection.sendall(b"hello\n" * 3_000_000)
            eventually(lambda: uploads(bucket))
        eventually(lambda: not uploads(bucket))
    assert (count(), objects(bucket)) == (0, [])


@pytest.fixture
def server(client: TestClient) -> Iterator[tuple[str, int]]:
    """The function in a process of its own, as the template runs it: address and process id."""
    port = free_port()
    command = [sys.executable, "template/python3-starlette/index.py", "--app", "functions.upload.handler:app"]
    process = subprocess.Popen([*command, "--port", str(port)], env=os.environ | {"PYTHONPATH": "."})
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(f"{url}/ready"), within=20)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=30).ok
    except requests.ConnectionError:
        return False


def resident_peak(process_id: int) -> int:
    """In bytes."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


def blocks(total: int, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    for number in range(total // 65_536):
        block = f"{number:08d}\n".encode() * 7282
        seen(block[:65_536])
        yield block[:65_536]


def test_a_hundred_megabytes_pass_in_constant_memory(server: tuple[str, int]) -> None:
    url, process_id = server
    requests.post(url, data=b"warm up", headers=KEY | {"X-Filename": "a.txt"}, timeout=30).raise_for_status()
    before, digest, size = resident_peak(process_id), hashlib.sha256(), 104_857_600
    answer = requests.post(url, data=blocks(size, digest.update), headers=KEY | {"X-Filename": "b.txt"}, timeout=120)
    document = documents.load(UUID(answer.json()["document_id"]))
    assert (document.size, document.sha256) == (size, digest.hexdigest())
    assert blobs.size(document.original_key) == size
    assert resident_peak(process_id) - before < 64_000_000
