"""Whatever is done again has one effect: uploads, items of a batch, events, effects, projections."""

from uuid import UUID, uuid4

import requests

from pipeline import broker, event_store
from tests.promise.checker import check
from tests.promise.client import text
from tests.promise.evidence import indexed_entries
from tests.promise.rig import Rig
from tests.waiting import eventually

STEPS = ["uploaded", "classified", "extracted", "indexed"]


def test_an_upload_sent_twice_is_one_document_with_one_answer(rig: Rig) -> None:
    content = text()
    rig.history.uploading(content)
    headers = rig.stack.headers | {"X-Filename": "notes.txt", "Idempotency-Key": str(uuid4())}
    answers = [
        requests.post(f"{rig.stack.url}/api/upload", data=content, headers=headers, timeout=30) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert rig.comes_to_rest() == {}


def test_a_batch_sent_twice_is_the_same_documents(rig: Rig) -> None:
    contents, headers = [text(), text()], rig.stack.headers | {"Idempotency-Key": str(uuid4())}
    for content in contents:
        rig.history.uploading(content)
    files = [("file", (f"{number}.txt", content)) for number, content in enumerate(contents)]
    first, second = (
        requests.post(f"{rig.stack.url}/api/upload", files=files, headers=headers, timeout=30).json() for _ in range(2)
    )
    assert first["documents"] == second["documents"]
    assert rig.comes_to_rest() == {}


def test_in_a_batch_sent_again_each_item_is_itself(rig: Rig) -> None:
    """The same file is the same document, another file under its number is refused, and one more is a new document."""
    headers = rig.stack.headers | {"Idempotency-Key": str(uuid4())}
    same, before, changed, more = text(), text(), text(), text()

    def sent(*contents: bytes) -> list[dict[str, str]]:
        files = [("file", (f"{number}.txt", content)) for number, content in enumerate(contents)]
        answer = requests.post(f"{rig.stack.url}/api/upload", files=files, headers=headers, timeout=30)
        documents: list[dict[str, str]] = answer.json()["documents"]
        return documents

    for content in (same, before, more):
        rig.history.uploading(content)
    first, second = sent(same, before), sent(same, changed, more)
    assert second[0] == first[0]
    assert second[1]["code"] == "idempotency-key-reused"
    assert second[2]["document_id"] not in {each["document_id"] for each in first}
    assert rig.comes_to_rest() == {}
    assert [rig.events(each["document_id"]) for each in (*first, second[2])] == [STEPS] * 3


def test_every_event_published_again_changes_nothing(rig: Rig) -> None:
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    before, entries = rig.actions("repeated"), indexed_entries()
    for each in event_store.history(UUID(document)):
        broker.publish_event(each.envelope, timeout=10)
    eventually(lambda: rig.actions("repeated") >= before + 3, within=30)
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == STEPS
    assert indexed_entries() == entries


def test_an_index_made_anew_is_the_same_index(rig: Rig) -> None:
    rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    entries = indexed_entries()
    rig.client.rebuild()
    rig.client.rebuild()
    assert indexed_entries() == entries


def test_the_promise_is_kept_after_all_of_it(rig: Rig) -> None:
    assert check(rig.evidence()) == []
