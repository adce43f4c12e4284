"""One id runs through everything that one upload leads to: answers, events, messages, calls and logs."""

from uuid import uuid4

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


def test_the_documents_of_a_batch_share_one(rig: Rig) -> None:
    contents = [text() for _ in range(3)]
    for content in contents:
        rig.history.uploading(content)
    files = [("file", (f"{number}.txt", content)) for number, content in enumerate(contents)]
    told = requests.post(f"{rig.stack.url}/api/upload", files=files, headers=rig.stack.headers, timeout=30).json()
    assert {each["correlation_id"] for each in told["documents"]} == {told["correlation_id"]}
    assert rig.comes_to_rest() == {}
