"""From an upload to a document that is found: over real HTTP, real services, real processes."""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psycopg2
import psycopg2.extras
import pytest
import requests
from reportlab.pdfgen.canvas import Canvas

from cli.live import follow
from local import administrator, background
from pipeline import documents, event_store, settings
from tests.e2e.conftest import Json, Stack
from tests.waiting import eventually

STEPS = ["document.uploaded", "document.classified", "document.extracted", "document.indexed"]


def invoice(number: str = "") -> bytes:
    """A one-page invoice that is like no other."""
    buffer = BytesIO()
    canvas = Canvas(buffer)
    lines = [
        "INVOICE",
        "Meadow Tools Ltd",
        f"Invoice number: INV-{number or uuid4().hex[:10].upper()}",
        "Invoice date: 2026-03-14",
        "Bill to: Harbour Works GmbH",
        "Two garden spades 40.00 EUR",
        "Subtotal: 40.00 EUR",
        "VAT 20%: 8.00 EUR",
        "Total amount due: 48.00 EUR",
        "Please pay within 30 days by bank transfer.",
    ]
    for place, text in enumerate(lines):
        canvas.drawString(72, 780 - 24 * place, text)
    canvas.save()
    return buffer.getvalue()


def found(stack: Stack, query: str, mode: str) -> list[str]:
    answer = stack.client.get("/api/search", q=query, mode=mode, limit=50)
    return [hit["document_id"] for hit in answer["hits"]]


def test_an_upload_is_watched_live_and_found_by_keyword_and_by_meaning(stack: Stack) -> None:
    number = f"INV-{uuid4().hex[:10].upper()}"
    accepted = stack.upload(invoice(number.removeprefix("INV-")), "spades.pdf")
    identity = accepted["document_id"]
    seen = [each.event for each in follow(stack.client, document=identity) if each.id]
    assert seen == STEPS
    document = stack.document(identity)
    assert (document["state"], document["category"], document["pages"]) == ("indexed", "invoice", 1)
    fields = stack.client.get(f"/api/documents/{identity}/fields")["fields"]
    assert (fields["total"]["value"], fields["invoice_number"]["value"]) == ("48.00", number)
    assert identity in found(stack, number, "keyword")
    assert identity in found(stack, "bill for gardening equipment", "semantic")
    assert identity in found(stack, f"spades {number}", "hybrid")


def test_a_category_comes_with_its_reasons(stack: Stack) -> None:
    identity = stack.upload(invoice(), "spades.pdf")["document_id"]
    assert stack.ended(identity)["category"] == "invoice"
    history = stack.client.get(f"/api/documents/{identity}/history")["events"]
    (told,) = [each["data"] for each in history if each["event"] == "document.classified"]
    assert any(each.startswith("invoice: “") for each in told["reasons"])


def test_two_files_in_one_request_share_one_correlation_id(stack: Stack) -> None:
    files = [("file", (f"note-{each}.txt", f"A note {uuid4()} about the weather.")) for each in range(2)]
    answer = requests.post(f"{stack.url}/api/upload", files=files, headers=stack.headers, timeout=60).json()
    events = [each for each in follow(stack.client, correlation=answer["correlation_id"]) if each.id]
    assert {each.data["correlationid"] for each in events} == {answer["correlation_id"]}
    assert sorted(each.event for each in events) == sorted(2 * STEPS)
    assert len({each["document_id"] for each in answer["documents"]}) == 2


def test_the_same_file_twice_is_one_document(stack: Stack) -> None:
    content = invoice()
    first, second = (stack.upload(content, name) for name in ("a.pdf", "b.pdf"))
    assert second["duplicate_of"] == first["document_id"]
    assert stack.ended(first["document_id"])["state"] == "indexed"


def test_a_feed_through_the_gateway_resumes_over_many_windows(stack: Stack) -> None:
    url = f"{stack.url}/api/events"
    got: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    identities = {stack.upload(f"note {uuid4()}".encode(), "n.txt")["document_id"] for _ in range(4)}
    while len(got) < 16:
        headers = stack.headers | {"Accept": "text/event-stream"} | cursor
        start = {"after": "0-0"} if not cursor else {}
        with requests.get(url, headers=headers, params=start, stream=True, timeout=30) as answer:
            for identity, name, data in frames(answer):
                if data["subject"] in identities:
                    got.append((data["subject"], name))
                cursor = {"Last-Event-ID": identity}
                if len(got) % 3 == 2:
                    break
    assert sorted(got) == sorted((identity, step) for identity in identities for step in STEPS)


def frames(answer: requests.Response) -> Iterator[tuple[str, str, Json]]:
    text = ""
    for chunk in answer.iter_content(None):
        text += chunk.decode()
        while "\n\n" in text:
            frame, text = text.split("\n\n", 1)
            match = re.fullmatch(r"id: (.*)\nevent: (.*)\ndata: (.*)", frame)
            if match:
                yield match[1], match[2], json.loads(match[3])


def processes(stack: Stack, app: str) -> list[int]:
    """The pids of the stack's processes with this word in their command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            ours = str(stack.home).encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if ours and app.encode() in command:
            found.append(int(folder.name))
    return found


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_function_killed_in_the_middle_of_its_calls_loses_nothing(stack: Stack) -> None:
    identities = [stack.upload(invoice(), f"{each}.pdf")["document_id"] for each in range(6)]
    for app in ("functions.classify.handler:app", "functions.extract.handler:app", "functions.index.handler:app"):
        eventually(lambda app=app: processes(stack, app), within=20)  # type: ignore[misc]
        for pid in processes(stack, app):
            os.kill(pid, signal.SIGKILL)
    for identity in identities:
        assert stack.ended(identity)["state"] == "indexed"
        history = stack.client.get(f"/api/documents/{identity}/history")["events"]
        assert [each["type"] for each in history] == [f"docstream.{step}.v1" for step in STEPS]


def test_a_killed_gateway_and_a_killed_connector_come_back_and_the_status_says_so(stack: Stack) -> None:
    for word in ("local.serve", "connector"):
        [pid] = set(processes(stack, word)) - set(processes(stack, "local.supervise"))
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(background.remarks()) == 2, within=60)
    eventually(lambda: [state for _, _, state in background.states()] == ["running", "running"], within=60)
    assert all("ended once by itself" in remark and "started again" in remark for remark in background.remarks())
    assert administrator.not_ready(stack.url, 90) == []
    assert stack.ended(stack.upload(invoice(), "after.pdf")["document_id"])["state"] == "indexed"


def scale(stack: Stack, function: str, replicas: int) -> None:
    password = (stack.home / "secrets" / "docstream-basic-auth-password").read_text().strip()
    answer = requests.post(
        f"{stack.url}/system/scale-function/{function}",
        json={"serviceName": function, "replicas": replicas},
        auth=("admin", password),
        timeout=30,
    )
    assert answer.status_code < 300, answer.text


def test_two_processes_of_a_function_share_its_queue(stack: Stack) -> None:
    scale(stack, "classify", 2)
    try:
        eventually(lambda: len(processes(stack, "functions.classify.handler:app")) == 2, within=30)
        before = {pid: cpu_ticks(pid) for pid in processes(stack, "functions.classify.handler:app")}
        files = [("file", (f"{each}.pdf", invoice())) for each in range(16)]
        batch = requests.post(f"{stack.url}/api/upload", files=files, headers=stack.headers, timeout=60).json()
        for each in batch["documents"]:
            assert stack.ended(each["document_id"])["state"] == "indexed"
        assert all(cpu_ticks(pid) > ticks for pid, ticks in before.items())
    finally:
        scale(stack, "classify", 1)


def cpu_ticks(pid: int) -> int:
    return sum(int(each) for each in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])


def test_100_megabytes_are_uploaded_in_constant_memory(stack: Stack) -> None:
    line = b"A line of a very long protocol that says nothing new at all.\n"
    pids = [*processes(stack, "functions.upload.handler:app"), *processes(stack, "local.serve")]
    stack.upload(line * 1000, "warm.txt")
    before = {pid: resident_bytes(pid) for pid in pids}
    size = 100_000_000

    def body() -> Iterator[bytes]:
        yield f"{uuid4()}\n".encode()
        for _ in range(size // (len(line) * 1000)):
            yield line * 1000

    answer = requests.post(
        f"{stack.url}/api/upload",
        data=body(),
        headers=stack.headers | {"X-Filename": "protocol.txt"},
        timeout=120,
    )
    assert answer.status_code == 202
    assert all(resident_bytes(pid) - before[pid] < 64_000_000 for pid in pids)
    requests.delete(f"{stack.url}/api/documents/{answer.json()['document_id']}", headers=stack.headers, timeout=30)
    assert stack.ended(answer.json()["document_id"])["state"] == "deleted"


def test_a_feed_is_live_for_a_client_that_names_no_media_type(stack: Stack) -> None:
    identity = stack.upload(f"note {uuid4()}".encode(), "n.txt")["document_id"]
    url = f"{stack.url}/api/events?document={identity}"
    with requests.get(url, headers=stack.headers, stream=True, timeout=(5, 2)) as answer:
        assert next(answer.iter_lines()).startswith(b"retry:")


def test_a_deleted_document_leaves_nothing_but_the_fact(stack: Stack) -> None:
    word = f"zeppelin{uuid4().hex[:8]}"
    identity = stack.upload(f"The {word} landed.".encode(), "secret.txt")["document_id"]
    stack.ended(identity)
    assert found(stack, word, "keyword") == [identity]
    requests.delete(f"{stack.url}/api/documents/{identity}", headers=stack.headers, timeout=30).raise_for_status()
    eventually(lambda: stack.document(identity)["state"] == "deleted")
    eventually(lambda: found(stack, word, "keyword") == [])
    answer = requests.get(f"{stack.url}/api/documents/{identity}/text", headers=stack.headers, timeout=30)
    assert answer.status_code in (404, 410)


def test_a_reprocessed_document_stays_searchable_and_counts_its_runs(stack: Stack) -> None:
    word = f"dirigible{uuid4().hex[:8]}"
    identity = stack.upload(f"The {word} rose.".encode(), "air.txt")["document_id"]
    stack.ended(identity)
    for stage in ("index", "extract", "classify"):
        stack.client.post(f"/api/documents/{identity}/reprocess", params={"from": stage})
        eventually(lambda: stack.ended(identity)["state"] == "indexed")
        assert found(stack, word, "keyword") == [identity]
    assert (stack.document(identity)["run"], stack.document(identity)["searchable_run"]) == (4, 4)


@contextmanager
def inside(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process see the stack's own database."""
    from pipeline import database

    for name, value in stack.addresses.items():
        monkeypatch.setenv(name, value)
    database.close()
    yield
    database.close()


def test_every_document_is_exactly_what_its_events_say(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.database import fetch

    stack.ended(stack.upload(invoice(), "one-more.pdf")["document_id"])
    with inside(stack, monkeypatch):
        rows = fetch("SELECT id FROM documents WHERE state IN ('indexed', 'failed')")
        assert rows
        for row in rows:
            assert documents.rebuilt(event_store.history(row["id"])) == documents.load(row["id"])


def test_a_stranger_without_a_key_gets_nothing(stack: Stack) -> None:
    for method, path in (
        ("POST", "/api/upload"),
        ("GET", "/api/documents"),
        ("GET", "/api/search?q=x"),
        ("GET", "/api/events"),
        ("GET", f"/api/documents/{uuid4()}"),
        ("DELETE", f"/api/documents/{uuid4()}"),
        ("GET", "/api/dead-letters"),
        ("GET", "/api/operations"),
        ("GET", "/api/keys"),
    ):
        answer = requests.request(method, stack.url + path, timeout=30)
        assert (method, path, answer.status_code) == (method, path, 401)
        assert answer.headers["content-type"] == "application/problem+json"
    for function in ("classify", "extract", "index", "notify", "compensate"):
        answer = requests.post(f"{stack.url}/function/{function}", data=b"{}", timeout=30)
        assert (function, answer.status_code) == (function, 401)


def test_the_database_of_the_stack_has_no_unsent_event_in_the_end(stack: Stack) -> None:
    server = psycopg2.connect(
        host=stack.addresses["PGHOST"],
        port=stack.addresses["PGPORT"],
        dbname=stack.addresses["PGDATABASE"],
        user="docstream_owner",
        password=settings.secret("docstream-db-owner"),
    )
    server.autocommit = True
    with server.cursor() as cursor:

        def unsent() -> int:
            cursor.execute("SELECT count(*) FROM events WHERE sent_at IS NULL")
            row = cursor.fetchone()
            return int(row[0]) if row else -1

        eventually(lambda: unsent() == 0, within=30)
    server.close()
