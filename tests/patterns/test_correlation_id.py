"""One id runs through everything that one upload leads to: answers, events, messages, calls, logs, and its trace."""

from uuid import uuid4

import pytest
import requests

from pipeline import database
from tests.promise.client import text
from tests.promise.rig import Rig

STAGES = ("classify", "extract", "index")


def test_one_id_runs_through_answer_events_and_logs(rig: Rig) -> None:
    wanted, content = str(uuid4()), text()
    rig.history.uploading(content)
    headers = rig.stack.headers | {"X-Filename": "notes.txt", "X-Correlation-Id": wanted}
    answer = requests.post(f"{rig.stack.url}/api/upload", data=content, headers=headers, timeout=30)
    assert (answer.json()["correlation_id"], answer.headers["X-Call-Id"]) == (wanted, wanted)
    assert rig.comes_to_rest() == {}
    document = answer.json()["document_id"]
    events = "SELECT DISTINCT correlation_id::text AS id FROM events WHERE document_id = %(id)s::uuid"
    assert database.fetch(events, {"id": document}) == [{"id": wanted}]
    assert rig.stack.document(document)["correlation_id"] == wanted
    for function in ("upload", *STAGES):
        assert [line for line in rig.function_log(function) if line.get("correlation_id") == wanted]
    called = {line["function"] for line in rig.connector_log("ack") if line.get("correlation_id") == wanted}
    assert called == {*STAGES, "notify"}


def test_the_trace_of_an_upload_is_that_of_all_its_events(rig: Rig) -> None:
    content, trace = text(), f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"
    rig.history.uploading(content)
    headers = rig.stack.headers | {"X-Filename": "notes.txt", "traceparent": trace}
    told = requests.post(f"{rig.stack.url}/api/upload", data=content, headers=headers, timeout=30).json()
    assert rig.comes_to_rest() == {}
    traces = "SELECT traceparent, count(*) FROM events WHERE document_id = %(id)s::uuid GROUP BY traceparent"
    assert database.fetch(traces, {"id": told["document_id"]}) == [{"traceparent": trace, "count": 4}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/documents", 200),
        ("GET", f"/api/documents/{uuid4()}", 404),
        ("GET", "/api/documents/no-id", 404),
        ("POST", "/api/upload", 400),
        ("POST", "/api/republish", 200),
        ("POST", f"/api/dead-letters/{uuid4()}/discard", 400),
        ("GET", "/api/webhooks", 200),
    ],
)
def test_every_answer_has_the_id_of_its_call(rig: Rig, method: str, path: str, status: int) -> None:
    wanted = str(uuid4())
    headers = rig.stack.headers | {"X-Correlation-Id": wanted}
    answer = requests.request(method, f"{rig.stack.url}{path}", headers=headers, timeout=30)
    assert (answer.status_code, answer.headers["X-Call-Id"]) == (status, wanted)
    if status >= 400:
        assert answer.json()["correlation_id"] == wanted


def test_the_documents_of_a_batch_share_one_through_all_events_and_logs(rig: Rig) -> None:
    wanted, contents = str(uuid4()), [text() for _ in range(3)]
    for content in contents:
        rig.history.uploading(content)
    files = [("file", (f"{number}.txt", content)) for number, content in enumerate(contents)]
    headers = rig.stack.headers | {"X-Correlation-Id": wanted}
    answer = requests.post(f"{rig.stack.url}/api/upload", files=files, headers=headers, timeout=30)
    told = answer.json()
    assert {told["correlation_id"], answer.headers["X-Call-Id"]} == {wanted}
    assert {each["correlation_id"] for each in told["documents"]} == {wanted}
    assert rig.comes_to_rest() == {}
    events = "SELECT document_id::text AS id, count(*) FROM events WHERE correlation_id = %(id)s::uuid GROUP BY 1"
    counts = {row["id"]: row["count"] for row in database.fetch(events, {"id": wanted})}
    assert counts == {each["document_id"]: 4 for each in told["documents"]}
    for function in STAGES:
        handled = [line for line in rig.function_log(function) if line.get("correlation_id") == wanted]
        assert len([line for line in handled if line.get("action") == "done"]) == len(contents)
