"""Commands on what exists: each has its effect once, for its owner only, and leaves a trace."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from connector.dead_letters import dead_letter_event, rendered
from functions.compensate.handler import app as compensator
from functions.manage.handler import app
from pipeline import auth, blobs, broker, documents, event_store, indexing
from pipeline.checks import failures
from pipeline.database import fetch
from pipeline.envelope import Envelope, parse, render
from pipeline.events import DocumentClassified, DocumentExtracted, DocumentIndexed, DocumentUploaded, Event
from pipeline.fields import corrections_of
from pipeline.model import DocumentWarning
from tests.factories import accept_content, deliver, move

pytestmark = pytest.mark.usefixtures("database_as", "vhost", "bucket", "search_index")

CLASSIFIED = DocumentClassified(category="letter", confidence=0.8, method="rules")
EXTRACTED = DocumentExtracted(text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=1)
INDEXED = DocumentIndexed(chunks=1)
UNREAD = DocumentWarning(code="page-unread", message="page 2 could not be read", page=2)
FUNCTIONS = {
    "classify": ["document.uploaded"],
    "extract": ["document.classified"],
    "index": ["document.extracted"],
    "notify": ["document.*"],
}


@pytest.fixture
def client(database_as: Callable[[str], None]) -> TestClient:
    for name, scopes in {"reader": {"read"}, "writer": {"write"}}.items():
        auth.ensure_key(f"dsk_{name}", tenant="default", scopes=frozenset(scopes), name=name)
    # A process remembers a key for some seconds, and the next test has another database.
    own = auth.new_token()
    auth.ensure_key(own, tenant="default", scopes=auth.SCOPES, name="all")
    auth.ensure_key("dsk_stranger", tenant="other", scopes=frozenset({"write", "operate"}), name="stranger")
    return TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {own}"})


def own_key(client: TestClient) -> str:
    return client.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def queues(vhost: str) -> None:
    link = broker.connect("test")
    broker.declare_topology(link.channel(), FUNCTIONS)
    link.close()


def stranger() -> dict[str, str]:
    return {"Authorization": "Bearer dsk_stranger"}


def indexed(**changes: Any) -> UUID:
    first = accept_content(uuid4().bytes, **changes)
    for event in (CLASSIFIED, EXTRACTED, INDEXED):
        move(first.subject, event)
    return first.subject


def failed(database_as: Callable[[str], None], **more: Any) -> tuple[UUID, str]:
    """A document whose extraction was given up, and its dead letter."""
    first = accept_content(uuid4().bytes)
    event = move(first.subject, CLASSIFIED)
    return first.subject, bury(database_as, "extract", event)


def bury(database_as: Callable[[str], None], function: str, event: Envelope[Event] | bytes) -> str:
    headers = {"x-dead-function": function, "x-dead-code": "corrupt", "x-dead-reason": "broken", "x-attempt": 3}
    body = event if isinstance(event, bytes) else render(event)
    letter = dead_letter_event(body, headers, datetime.now(UTC))
    database_as("docstream_erase")
    assert deliver(compensator, rendered(letter)).status_code == 200
    database_as("docstream")
    return str(letter["id"])


def types(document_id: UUID, run: int | None = None) -> list[str]:
    history = event_store.history(document_id)
    return [each.row["type"].removeprefix("document.") for each in history if run in (None, each.row["run"])]


def waiting(queue: str) -> list[tuple[bytes, dict[str, Any]]]:
    """What is in a queue, taken out."""
    link = broker.connect("test")
    channel, found = link.channel(), []
    while (got := channel.basic_get(queue, auto_ack=True))[0]:
        found.append((got[2], got[1].headers or {}))
    link.close()
    return found


def resolution(letter: str) -> str | None:
    return str(fetch("SELECT resolution FROM dead_letters WHERE id = %(id)s", {"id": UUID(letter)})[0]["resolution"])


def audited() -> list[str]:
    return [row["action"] for row in fetch("SELECT action FROM audit ORDER BY id")]


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def test_delete_opens_a_run_whose_only_event_is_the_deletion(client: TestClient) -> None:
    document_id = indexed()
    answer = client.delete(f"/documents/{document_id}")
    assert (answer.status_code, answer.json()["state"]) == (202, "deleted")
    assert types(document_id, 2) == ["deleted"]
    document = documents.load(document_id)
    assert (document.state, document.searchable_run) == ("deleted", None)


def test_deleting_again_changes_nothing(client: TestClient) -> None:
    document_id = indexed()
    answers = [client.delete(f"/documents/{document_id}") for _ in range(2)]
    assert [each.status_code for each in answers] == [202, 202]
    assert types(document_id).count("deleted") == 1


def test_a_document_in_work_can_be_deleted_with_what_is_attached(client: TestClient) -> None:
    parent = accept_content(b"mail")
    child = accept_content(b"attachment", parent_id=str(parent.subject), depth=1)
    told = client.delete(f"/documents/{parent.subject}").json()
    assert told["deleted"] == [str(parent.subject), str(child.subject)]
    assert types(child.subject) == ["uploaded", "deleted"]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("classify", ["reprocess-requested", "uploaded"]),
        ("extract", ["reprocess-requested", "classified"]),
        ("index", ["reprocess-requested", "extracted"]),
    ],
)
def test_reprocess_gives_a_stage_its_input_again_under_the_next_run(
    client: TestClient, queues: None, stage: str, expected: list[str]
) -> None:
    document_id = indexed()
    answer = client.post(f"/documents/{document_id}/reprocess?from={stage}")
    assert answer.status_code == 202
    assert (answer.json()["run"], answer.json()["from"]) == (2, stage)
    assert types(document_id, 2) == expected
    document = documents.load(document_id)
    assert (document.state, document.run, document.searchable_run) == (expected[1], 2, 1)
    [(body, _)] = waiting(stage)
    assert parse(body, DocumentUploaded, DocumentClassified, DocumentExtracted).run == 2


def test_a_document_in_work_is_not_reprocessed(client: TestClient) -> None:
    document_id = accept_content(b"hello").subject
    answer = client.post(f"/documents/{document_id}/reprocess")
    assert refusal(answer) == (409, "in-progress")
    assert "retry-after" in answer.headers
    assert types(document_id) == ["uploaded"]


def test_two_reprocess_requests_at_once_open_one_run(client: TestClient) -> None:
    document_id = indexed()
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(client.post(f"/documents/{document_id}/reprocess").status_code)

    twins = [threading.Thread(target=ask) for _ in range(2)]
    for each in twins:
        each.start()
    for each in twins:
        each.join()
    assert sorted(statuses) == [202, 409]
    assert types(document_id, 2) == ["reprocess-requested", "uploaded"]


def test_a_failed_document_begins_anew_and_its_dead_letter_is_answered(
    client: TestClient, database_as: Callable[[str], None]
) -> None:
    document_id, letter = failed(database_as)
    answer = client.post(f"/documents/{document_id}/reprocess?from=index")
    assert answer.json()["from"] == "classify"
    assert types(document_id, 2) == ["reprocess-requested", "uploaded"]
    assert resolution(letter) == "reprocessed"


def test_a_deleted_document_is_not_reprocessed(client: TestClient) -> None:
    document_id = indexed()
    client.delete(f"/documents/{document_id}")
    assert refusal(client.post(f"/documents/{document_id}/reprocess")) == (404, "deleted")


def test_a_corrected_category_is_extracted_anew(client: TestClient) -> None:
    document_id = indexed()
    answer = client.patch(f"/documents/{document_id}", json={"category": "invoice"})
    assert (answer.status_code, answer.json()["from"]) == (202, "extract")
    assert types(document_id, 2) == ["corrected", "classified"]
    document = documents.load(document_id)
    assert (document.category, document.category_method) == ("invoice", "correction")
    assert documents.rebuilt(event_store.history(document_id)) == document


def read_invoice(**values: str) -> UUID:
    """An indexed invoice with these fields, with the warnings that its stages gave it."""
    fields = {name: {"value": value, "page": 1} for name, value in values.items()}
    first = accept_content(uuid4().bytes)
    blobs.write("f", json.dumps(fields).encode(), "application/json")
    warnings = (UNREAD, *(warning for _, warning in failures(fields)))
    move(first.subject, replace(CLASSIFIED, category="invoice"))
    move(first.subject, replace(EXTRACTED, warnings=warnings))
    move(first.subject, replace(INDEXED, warnings=warnings))
    return first.subject


def test_corrected_fields_are_indexed_anew(client: TestClient) -> None:
    document_id = read_invoice(total="12.00")
    answer = client.patch(f"/documents/{document_id}", json={"fields": {"total": "12.50", "tax": None}})
    assert (answer.status_code, answer.json()["from"]) == (202, "index")
    assert types(document_id, 2) == ["corrected", "extracted"]
    assert documents.load(document_id).corrections == {"fields": {"total": "12.50", "tax": None}}


def test_a_correction_answers_the_warnings_it_mends_and_no_other(client: TestClient) -> None:
    document_id = read_invoice(subtotal="100.00", tax="19.00", total="120.00", iban="DE89370400440532013001")
    assert codes(document_id) == ["page-unread", "sum-mismatch", "iban-invalid"]
    client.patch(f"/documents/{document_id}", json={"fields": {"total": "119.00"}}).raise_for_status()
    assert codes(document_id) == ["page-unread", "iban-invalid"]
    last = event_store.history(document_id)[-1].envelope.data
    assert isinstance(last, DocumentExtracted)
    assert [each.code for each in last.warnings] == ["page-unread", "iban-invalid"]


def test_a_correction_that_fits_nothing_else_is_taken_and_warned_about(client: TestClient) -> None:
    document_id = read_invoice(date="2026-03-01", due_date="2026-03-31")
    client.patch(f"/documents/{document_id}", json={"fields": {"due_date": "2026-02-01"}}).raise_for_status()
    assert codes(document_id) == ["page-unread", "date-order"]


def codes(document_id: UUID) -> list[str]:
    return [each.code for each in documents.load(document_id).warnings]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"total": "12 EUR"}, "total", "does not match"),
        ({"total": 12.5}, "total", "is not of type 'string'"),
        ({"date": "2026-02-30"}, "date", "is not a 'date'"),
        ({"colour": "red"}, "colour", "has no such field"),
        ({"line_items": [{"amount": "4.00"}, {"amount": "four"}]}, "line_items", "[1].amount: 'four' does not match"),
    ],
)
def test_a_value_that_the_category_does_not_allow_is_refused_by_name(
    client: TestClient, fields: dict[str, Any], field: str, reason: str
) -> None:
    document_id = read_invoice(total="12.00")
    answer = client.patch(f"/documents/{document_id}", json={"fields": {"seller": "ACME", **fields}})
    assert refusal(answer) == (422, "invalid-fields")
    assert answer.json()["fields"].keys() == {field}
    assert reason in answer.json()["fields"][field]
    assert answer.json()["detail"].startswith(f"{field}: ")
    assert documents.load(document_id).run == 1


def test_a_corrected_category_takes_no_fields_along_that_it_does_not_have(client: TestClient) -> None:
    document_id = read_invoice(total="12.00")
    said = {"total": "12.50", "date": "2026-03-01", "tax": None}
    client.patch(f"/documents/{document_id}", json={"fields": said}).raise_for_status()
    invoice = documents.load(document_id)
    assert corrections_of(invoice) == said
    move(document_id, INDEXED, run=2)
    client.patch(f"/documents/{document_id}", json={"category": "letter"}).raise_for_status()
    letter = documents.load(document_id)
    assert corrections_of(letter) == {"date": "2026-03-01", "tax": None}
    blobs.write("g", b"{}", "application/json")
    assert indexing.read(letter, 3, text_key="g", fields_key="g").fields.keys() == {"date"}


def test_fields_are_held_to_the_category_that_is_corrected_with_them(client: TestClient) -> None:
    document_id = read_invoice(total="12.00")
    body = {"category": "letter", "fields": {"total": "12.50"}}
    assert refusal(client.patch(f"/documents/{document_id}", json=body)) == (422, "invalid-fields")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"category": "no-such-category"},
        {"category": 7},
        {"category": {}},
        {"category": None},
        {"fields": None},
        {"fields": []},
        {"fields": {"": 1}},
        {"fields": {}},
        {"colour": "red"},
    ],
)
def test_a_correction_that_makes_no_sense_is_400(client: TestClient, body: dict[str, Any]) -> None:
    document_id = indexed()
    assert refusal(client.patch(f"/documents/{document_id}", json=body)) == (400, "invalid-parameter")
    assert documents.load(document_id).run == 1


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"{", "application/json", (400, "malformed-body")),
        (b"[]", "application/json", (400, "malformed-body")),
        (b'{"fields": {"a": "\\u0000"}}', "application/json", (400, "malformed-body")),
        (b'{"category": "invoice"}', "text/plain", (415, "unsupported-media-type")),
        (b"x" * 40_000, "application/json", (413, "too-large")),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: TestClient, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    answer = client.patch(f"/documents/{indexed()}", content=content, headers={"Content-Type": kind})
    assert refusal(answer) == expected


def test_a_document_of_another_tenant_is_not_there(client: TestClient) -> None:
    document_id = indexed()
    for answer in (
        client.delete(f"/documents/{document_id}", headers=stranger()),
        client.post(f"/documents/{document_id}/reprocess", headers=stranger()),
        client.patch(f"/documents/{document_id}", json={"category": "invoice"}, headers=stranger()),
        client.delete(f"/documents/{uuid4()}"),
    ):
        assert refusal(answer) == (404, "not-found")
    assert documents.load(document_id).run == 1


def test_each_command_needs_its_scope(client: TestClient) -> None:
    document_id = indexed()
    reader, writer = ({"Authorization": f"Bearer dsk_{name}"} for name in ("reader", "writer"))
    assert refusal(client.delete(f"/documents/{document_id}", headers=reader)) == (403, "forbidden")
    for path in ("/dead-letters", "/keys"):
        assert refusal(client.get(path, headers=writer)) == (403, "forbidden")
    assert refusal(client.get("/keys", headers={"Authorization": "Bearer no"})) == (401, "unauthorized")


def test_dead_letters_are_listed_page_by_page_and_filtered(
    client: TestClient, database_as: Callable[[str], None]
) -> None:
    made = {failed(database_as)[1] for _ in range(3)}
    first = client.get("/dead-letters?limit=2").json()
    second = client.get("/dead-letters", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert {each["id"] for each in first["dead_letters"] + second["dead_letters"]} == made
    assert (len(first["dead_letters"]), second["next_cursor"]) == (2, None)
    assert len(client.get("/dead-letters?function=extract&state=open").json()["dead_letters"]) == 3
    for query in ("function=index", "state=resolved", "code=timeout", f"document={uuid4()}"):
        assert client.get(f"/dead-letters?{query}").json()["dead_letters"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "state=maybe", "document=7", "cursor=x", "colour=red", "code=%00", "code="]
)
def test_a_list_that_cannot_be_given_is_400(client: TestClient, query: str) -> None:
    assert client.get(f"/dead-letters?{query}").status_code == 400


def test_one_dead_letter_shows_its_message_and_history(client: TestClient, database_as: Callable[[str], None]) -> None:
    document_id, letter = failed(database_as)
    shown = client.get(f"/dead-letters/{letter}").json()
    assert (shown["function"], shown["code"], shown["reason"], shown["state"]) == (
        "extract",
        "corrupt",
        "broken",
        "open",
    )
    assert f'"subject":"{document_id}"' in shown["body"]
    assert [each["type"] for each in shown["history"]][-1] == "document.failed"


def test_dead_letters_of_another_tenant_are_not_there(client: TestClient, database_as: Callable[[str], None]) -> None:
    _, letter = failed(database_as)
    unreadable = bury(database_as, "classify", b"\x00 not an event")
    assert client.get("/dead-letters", headers=stranger()).json()["dead_letters"] == []
    for path in (f"/dead-letters/{letter}", f"/dead-letters/{unreadable}"):
        assert refusal(client.get(path, headers=stranger())) == (404, "not-found")
        assert refusal(client.post(f"{path}/replay", headers=stranger())) == (404, "not-found")
    assert client.get(f"/dead-letters/{unreadable}").status_code == 200


def test_row_40_replaying_a_failed_document_twice_has_one_effect(
    client: TestClient, database_as: Callable[[str], None]
) -> None:
    document_id, letter = failed(database_as)
    answers = [client.post(f"/dead-letters/{letter}/replay") for _ in range(2)]
    assert [(each.status_code, each.json()["effect"]) for each in answers] == [(202, "reopen"), (202, "done")]
    assert types(document_id, 2) == ["reprocess-requested", "uploaded"]
    assert documents.load(document_id).run == 2
    assert resolution(letter) == "replayed"
    assert audited() == ["dead-letter.replayed"]


def test_two_replays_at_once_have_one_effect(client: TestClient, database_as: Callable[[str], None]) -> None:
    document_id, letter = failed(database_as)
    twins = [threading.Thread(target=lambda: client.post(f"/dead-letters/{letter}/replay")) for _ in range(3)]
    for each in twins:
        each.start()
    for each in twins:
        each.join()
    assert documents.load(document_id).run == 2


def test_a_webhooks_dead_letter_is_delivered_again_with_a_clean_journey(
    client: TestClient, database_as: Callable[[str], None], queues: None
) -> None:
    document_id = indexed()
    event = event_store.history(document_id)[-1].envelope
    letter = bury(database_as, "notify", event)
    waiting("notify")
    assert client.post(f"/dead-letters/{letter}/replay", json={"reason": "fixed"}).json()["effect"] == "redeliver"
    [(body, headers)] = waiting("notify")
    assert body == render(event)
    assert (headers["x-replay"], headers["x-replay-of"], headers["x-reason"]) == (1, letter, "fixed")
    assert "x-attempt" not in headers
    assert client.post(f"/dead-letters/{letter}/replay").json()["effect"] == "done"
    assert waiting("notify") == []
    assert documents.load(document_id).run == 1


def test_without_a_broker_a_dead_letter_stays_open(client: TestClient, database_as: Callable[[str], None]) -> None:
    letter = bury(database_as, "notify", event_store.history(indexed())[-1].envelope)
    assert refusal(client.post(f"/dead-letters/{letter}/replay")) == (503, "unavailable")
    assert client.get(f"/dead-letters/{letter}").json()["state"] == "open"
    assert audited() == []


def test_a_letter_of_an_earlier_run_is_closed_as_superseded(
    client: TestClient, database_as: Callable[[str], None]
) -> None:
    document_id, letter = failed(database_as)
    move(document_id, CLASSIFIED, run=2)
    assert client.post(f"/dead-letters/{letter}/replay").json()["effect"] == "superseded"
    assert types(document_id, 3) == []


def test_discarding_needs_a_reason_and_is_audited(client: TestClient, database_as: Callable[[str], None]) -> None:
    document_id, letter = failed(database_as)
    bare = client.post(f"/dead-letters/{letter}/discard")
    assert refusal(bare) == (400, "invalid-parameter")
    assert 'send a JSON body like {"reason": ' in bare.json()["detail"]
    for _ in range(2):
        assert client.post(f"/dead-letters/{letter}/discard", json={"reason": "test data"}).status_code == 202
    assert (resolution(letter), audited()) == ("discarded", ["dead-letter.discarded"])
    again = client.post(f"/dead-letters/{letter}/replay")
    assert refusal(again) == (409, "already-resolved")
    assert again.json()["instance"] == f"/api/dead-letters/{letter}/replay"
    assert documents.load(document_id).run == 1


def test_a_replayed_letter_is_not_discarded(client: TestClient, database_as: Callable[[str], None]) -> None:
    _, letter = failed(database_as)
    client.post(f"/dead-letters/{letter}/replay")
    answer = client.post(f"/dead-letters/{letter}/discard", json={"reason": "x"})
    assert refusal(answer) == (409, "already-resolved")


def test_many_are_replayed_only_when_it_is_no_dry_run(client: TestClient, database_as: Callable[[str], None]) -> None:
    made = {failed(database_as)[1] for _ in range(3)}
    asked = {"function": "extract", "limit": 2}
    planned = client.post("/dead-letters/replay", json=asked).json()
    assert (len(planned["dead_letters"]), planned["replayed"], audited()) == (2, [], [])
    done = client.post("/dead-letters/replay", json={**asked, "limit": 10, "rate": 50, "dry_run": False}).json()
    assert {each["id"] for each in done["replayed"]} == made
    assert client.get("/dead-letters?state=open").json()["dead_letters"] == []


def test_a_key_is_shown_once_and_opens_what_its_scopes_allow(client: TestClient) -> None:
    answer = client.post("/keys", json={"name": "scanner", "scopes": ["write"]})
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert "key" not in client.get("/keys").json()["keys"][-1]
    assert made["key"] not in str(fetch("SELECT * FROM api_keys"))
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert client.delete(f"/documents/{indexed()}", headers=bearer).status_code == 202
    assert refusal(client.get("/keys", headers=bearer)) == (403, "forbidden")


def test_a_revoked_key_opens_nothing(client: TestClient) -> None:
    made = client.post("/keys", json={"name": "scanner", "scopes": ["operate"]}).json()
    for _ in range(2):
        assert client.delete(f"/keys/{made['id']}").status_code == 204
    bearer = {"Authorization": f"Bearer {made['key']}"}
    assert refusal(client.get("/keys", headers=bearer)) == (401, "unauthorized")
    assert audited() == ["key.created", "key.revoked", "key.revoked"]


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": ["read"]},
        {"name": " ", "scopes": ["read"]},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["admin"]},
        {"name": "a", "scopes": "read"},
        {"name": "a", "scopes": [{}]},
        {"name": "a", "scopes": ["read"], "tenant": None},
        {"name": "a", "scopes": ["read"], "tenant": "../x"},
    ],
)
def test_a_key_that_makes_no_sense_is_400(client: TestClient, body: dict[str, Any]) -> None:
    assert refusal(client.post("/keys", json=body)) == (400, "invalid-parameter")


def test_nobody_makes_a_key_that_may_more_or_for_another_tenant(client: TestClient) -> None:
    more = {"name": "a", "scopes": ["read"]}
    assert refusal(client.post("/keys", json=more, headers=stranger())) == (403, "forbidden")
    foreign = {"name": "a", "scopes": ["write"], "tenant": "default"}
    assert refusal(client.post("/keys", json=foreign, headers=stranger())) == (403, "forbidden")
    assert client.post("/keys", json={**foreign, "tenant": "new"}).json()["tenant"] == "new"
    [own] = fetch("SELECT id FROM api_keys WHERE name = 'reader'")
    assert refusal(client.delete(f"/keys/{own['id']}", headers=stranger())) == (404, "not-found")


def test_a_key_does_not_revoke_itself(client: TestClient) -> None:
    [own] = fetch("SELECT id FROM api_keys WHERE name = 'all'")
    assert refusal(client.delete(f"/keys/{own['id']}")) == (409, "own-key")


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(client: TestClient) -> None:
    page = TestClient(app, raise_server_exceptions=False)
    answer = page.post("/session", json={"key": own_key(client)})
    cookie = answer.headers["set-cookie"].lower()
    assert answer.json()["tenant"] == "default"
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert page.get("/session").json() == answer.json()
    assert page.get("/keys").status_code == 200
    assert page.delete("/session").status_code == 204
    assert refusal(page.get("/keys")) == refusal(page.get("/session")) == (401, "unauthorized")


def test_over_https_the_cookie_is_secure(client: TestClient) -> None:
    answer = client.post("/session", json={"key": own_key(client)}, headers={"X-Forwarded-Proto": "https"})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_an_unknown_key_opens_no_session(client: TestClient) -> None:
    assert refusal(client.post("/session", json={"key": "dsk_unknown"})) == (401, "unauthorized")
    assert refusal(client.post("/session", json={})) == (400, "invalid-parameter")
