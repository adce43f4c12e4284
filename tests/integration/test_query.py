"""The read side answers in the shapes of the API, to the tenant that owns the documents and to nobody else."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pypdfium2
import pytest
from starlette.testclient import TestClient

from connector.heartbeat import write_queues
from functions.index.handler import handle
from functions.query import search
from functions.query.handler import app
from pipeline import auth, blobs
from pipeline.database import transaction
from pipeline.envelope import Envelope
from pipeline.events import DocumentClassified, DocumentDeleted, DocumentExtracted, DocumentFailed, DocumentIndexed
from pipeline.model import Alternative, DocumentWarning
from tests.factories import accept_content, move

pytestmark = pytest.mark.usefixtures("bucket", "search_index")

Client = TestClient
CONTENT = bytes(range(256)) * 40
MARKDOWN = "<!-- page 1 -->\n# Invoice INV-42\n\nACME GmbH asks for 119.00 EUR within thirty days.\n"
FIELDS = {
    "seller": {"value": "ACME GmbH", "page": 1, "quote": "ACME GmbH", "box": None, "method": "rules", "confidence": 1},
    "total": {"value": "119.00", "page": 1, "quote": "119.00", "box": [0, 0, 1, 1], "method": "rules", "confidence": 1},
}
CLASSIFIED = DocumentClassified(
    category="invoice",
    confidence=0.9,
    method="rules",
    language="en",
    alternatives=(Alternative(category="receipt", confidence=0.1),),
)


@pytest.fixture
def client(database_as: Callable[[str], None]) -> Iterator[Client]:
    """The function query with its own role, called by a reader of the tenant `default`."""
    for name in ("default", "other"):
        auth.ensure_key(f"dsk_{name}", tenant=name, scopes=frozenset({"read"}), name=name)
    auth.ensure_key("dsk_operator", tenant="default", scopes=frozenset({"operate"}), name="operator")
    auth.ensure_key("dsk_writer", tenant="default", scopes=frozenset({"write"}), name="writer")

    def as_reader(request: Any) -> None:
        database_as("docstream_read")

    def as_before(response: Any) -> None:
        database_as("docstream")

    client = TestClient(app, headers={"Authorization": "Bearer dsk_default"})
    client.event_hooks = {"request": [as_reader], "response": [as_before]}
    with client:
        yield client


def indexed(markdown: str = MARKDOWN, fields: dict[str, Any] = FIELDS, *, filename: str = "scan 1.pdf") -> UUID:
    """A document that went through the pipeline."""
    event = extracted(accept_content(CONTENT, filename=filename), markdown, fields)
    move(event.subject, handle(event))
    return event.subject


def extracted(upload: Envelope[Any], markdown: str, fields: dict[str, Any], run: int = 1) -> Envelope[Any]:
    """A run whose text and fields are stored, as the stage extract leaves it."""
    move(upload.subject, CLASSIFIED, run=run)
    names = {"text_key": "text.md", "fields_key": "fields.json", "structure_key": "s.json", "evidence_key": "e.json"}
    keys: dict[str, Any] = {
        name: blobs.run_key(upload.tenant, upload.subject, run, file) for name, file in names.items()
    }
    blobs.write(keys["text_key"], markdown.encode(), "text/markdown")
    blobs.write(keys["fields_key"], json.dumps(fields).encode(), "application/json")
    warnings = (DocumentWarning(code="page-unread", message="page 2", page=2),)
    return move(upload.subject, DocumentExtracted(**keys, pages=1, warnings=warnings), run=run)


def failed(document_id: UUID, run: int = 1) -> None:
    move(
        document_id,
        DocumentFailed(stage="extract", code="corrupt", reason="broken", failure_class="permanent", attempts=1),
        run=run,
    )


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def test_a_document_has_the_shape_of_the_api(client: Client) -> None:
    document_id = indexed()
    child = accept_content(b"child", parent_id=str(document_id), depth=1).subject
    body = client.get(f"/documents/{document_id}").json()
    assert body["children"] == [str(child)]
    assert {name: body[name] for name in ("id", "state", "run", "searchable_run", "pages", "language", "category")} == {
        "id": str(document_id),
        "state": "indexed",
        "run": 1,
        "searchable_run": 1,
        "pages": 1,
        "language": "en",
        "category": "invoice",
    }
    assert body["alternatives"] == [{"category": "receipt", "confidence": 0.1}]
    assert body["warnings"] == [{"code": "page-unread", "message": "page 2", "page": 2}]
    assert (body["failure"], body["parent_id"], body["size"]) == (None, None, len(CONTENT))
    assert (body["category_confidence"], body["category_method"]) == (0.9, "rules")
    assert body["links"]["self"] == f"/api/documents/{document_id}"
    assert body["created_at"].endswith("Z")


def test_a_failed_document_says_why(client: Client) -> None:
    document_id = accept_content(b"x").subject
    failed(document_id)
    body = client.get(f"/documents/{document_id}").json()
    assert body["state"] == "failed"
    assert body["failure"] == {"stage": "extract", "code": "corrupt", "reason": "broken"}


def test_a_document_that_did_not_change_is_not_sent_again(client: Client) -> None:
    document_id = accept_content(b"x").subject
    etag = client.get(f"/documents/{document_id}").headers["etag"]
    again = client.get(f"/documents/{document_id}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    move(document_id, CLASSIFIED)
    assert client.get(f"/documents/{document_id}", headers={"If-None-Match": etag}).status_code == 200


def test_the_history_tells_every_event_in_order(client: Client) -> None:
    document_id = indexed()
    body = client.get(f"/documents/{document_id}/history").json()
    assert [(each["sequence"], each["event"]) for each in body["events"]] == [
        (1, "document.uploaded"),
        (2, "document.classified"),
        (3, "document.extracted"),
        (4, "document.indexed"),
    ]
    assert body["events"][1]["type"] == "docstream.document.classified.v1"
    assert body["events"][1]["data"]["category"] == "invoice"


def test_text_and_fields_are_those_that_were_extracted(client: Client) -> None:
    document_id = indexed()
    text = client.get(f"/documents/{document_id}/text")
    assert (text.text, text.headers["content-type"]) == (MARKDOWN, "text/markdown; charset=utf-8")
    assert client.get(f"/documents/{document_id}/fields").json() == {
        "document_id": str(document_id),
        "run": 1,
        "category": "invoice",
        "fields": FIELDS,
    }


def test_what_is_not_made_yet_is_not_found_for_now(client: Client) -> None:
    document_id = accept_content(b"x").subject
    answer = client.get(f"/documents/{document_id}/text")
    assert problem(answer) == (404, "not-ready")
    assert answer.headers["retry-after"] == "1"
    failed(document_id)
    assert problem(client.get(f"/documents/{document_id}/fields")) == (404, "not-made")


def test_the_original_comes_whole_and_in_parts(client: Client) -> None:
    document_id = accept_content(CONTENT, filename="Prüfung.bin", media_type="text/html").subject
    whole = client.get(f"/documents/{document_id}/original")
    assert whole.content == CONTENT
    assert whole.headers["content-disposition"].startswith(
        "attachment; filename=\"Pr_fung.bin\"; filename*=UTF-8''Pr%C3"
    )
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = client.get(f"/documents/{document_id}/original", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, CONTENT[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(CONTENT)}"
    beyond = client.get(f"/documents/{document_id}/original", headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")
    head = client.head(f"/documents/{document_id}/original")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(CONTENT)))


def test_an_original_that_is_gone_is_not_found(client: Client) -> None:
    envelope = accept_content(CONTENT)
    blobs.delete(blobs.document_prefix(envelope.tenant, envelope.subject))
    assert problem(client.get(f"/documents/{envelope.subject}/original")) == (404, "corrupt")


def test_a_page_is_drawn_where_there_are_pages(client: Client, pdf: bytes) -> None:
    document_id = accept_content(pdf, media_type="application/pdf").subject
    answer = client.get(f"/documents/{document_id}/pages/1.png")
    assert answer.content.startswith(b"\x89PNG")
    assert problem(client.get(f"/documents/{document_id}/pages/2.png"))[0] == 404
    assert problem(client.get(f"/documents/{document_id}/pages/0.png")) == (404, "no-such-page")
    text = accept_content(b"plain").subject
    assert problem(client.get(f"/documents/{text}/pages/1.png")) == (404, "no-picture")


@pytest.mark.parametrize("path", ["/history", "/similar"])
def test_what_has_not_changed_is_not_sent_again(client: Client, path: str) -> None:
    document_id = indexed()
    first = client.get(f"/documents/{document_id}{path}")
    again = client.get(f"/documents/{document_id}{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_a_history_that_went_on_is_sent_again(client: Client) -> None:
    document_id = indexed()
    known = client.get(f"/documents/{document_id}/history").headers["etag"]
    move(document_id, DocumentDeleted(reason="asked"), run=2)
    assert client.get(f"/documents/{document_id}/history", headers={"If-None-Match": known}).status_code == 200


def test_a_problem_names_the_path_that_the_client_called(client: Client) -> None:
    assert client.get("/documents/none").json()["instance"] == "/api/documents/none"


PATHS = ["", "/history", "/text", "/fields", "/original", "/pages/1.png", "/similar"]


@pytest.mark.parametrize("path", PATHS)
def test_another_tenant_and_an_unknown_id_find_nothing(client: Client, path: str) -> None:
    document_id = indexed()
    other = client.get(f"/documents/{document_id}{path}", headers={"Authorization": "Bearer dsk_other"})
    assert problem(other) == (404, "not-found")
    assert problem(client.get(f"/documents/{uuid4()}{path}")) == (404, "not-found")
    malformed = client.get(f"/documents/no-uuid{path}")
    assert problem(malformed) == (404, "not-found")
    assert "'no-uuid' is not an id: ids are UUIDs" in malformed.json()["detail"]


CLOSED = [*(f"/documents/{uuid4()}{path}" for path in PATHS), "/documents", "/search", "/operations"]


@pytest.mark.parametrize("path", CLOSED)
def test_nobody_reads_without_the_right_key(client: Client, path: str) -> None:
    assert problem(client.get(path, headers={"Authorization": "Bearer dsk_wrong"})) == (401, "unauthorized")
    assert problem(client.get(path, headers={"Authorization": "Bearer dsk_writer"})) == (403, "forbidden")


def test_a_deleted_document_is_known_but_shows_nothing(client: Client) -> None:
    document_id = indexed()
    move(document_id, DocumentDeleted(reason="asked"), run=2)
    assert client.get(f"/documents/{document_id}").json()["state"] == "deleted"
    assert problem(client.get(f"/documents/{document_id}/text")) == (404, "deleted")
    assert problem(client.get(f"/documents/{document_id}/original")) == (404, "deleted")
    assert client.get("/documents").json()["documents"] == []
    assert client.get("/search?q=invoice").json()["hits"] == []


def test_the_list_goes_through_all_documents_once(client: Client) -> None:
    ids = [str(accept_content(b"x%d" % number).subject) for number in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        body = client.get(f"/documents?limit=2{cursor and '&cursor=' + cursor}").json()
        seen += [each["id"] for each in body["documents"]]
        cursor = body["next_cursor"]
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5


def test_the_list_is_filtered(client: Client) -> None:
    invoice, other = indexed(filename="100%_sure.pdf"), str(accept_content(b"y", filename="note.txt").subject)

    def listed(query: str) -> list[str]:
        return [each["id"] for each in client.get(f"/documents?{query}").json()["documents"]]

    assert listed("state=indexed") == listed("category=invoice") == listed("q=100%25_S") == [str(invoice)]
    assert listed("state=uploaded") == listed("q=note") == [other]
    assert listed("q=%25") == [str(invoice)]
    assert listed("state=failed&state=deleted") == []


LISTS = ["documents?sort=up", "documents?state=lost", "documents?limit=0", "documents?cursor=x", "operations?x=1"]
SEARCHES = ["mode=magic", "q=a&from=999&limit=10", "limit=101", "field.total=", "q=%00", "created=today", "cursor=MQ"]


@pytest.mark.parametrize("query", [*LISTS, *(f"search?{each}" for each in SEARCHES)])
def test_what_makes_no_sense_is_refused_naming_what_does(client: Client, query: str) -> None:
    key = "dsk_operator" if query.startswith("operations") else "dsk_default"
    answer = client.get(f"/{query}", headers={"Authorization": f"Bearer {key}"})
    assert problem(answer) in [(400, "invalid-parameter"), (400, "invalid-cursor")]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_a_search_finds_each_document_once(client: Client, mode: str) -> None:
    text = "\n".join(f"<!-- page {number} -->\nThe invoice of page {number}" for number in range(1, 5))
    document_id = indexed(markdown=text)
    body = client.get(f"/search?q=invoice&mode={mode}").json()
    assert (body["mode"], body["total"], body["next_cursor"], body["warnings"]) == (mode, 1, None, [])
    assert body["total_is"] == "exact"
    (hit,) = body["hits"]
    assert (hit["document_id"], hit["filename"], hit["category"]) == (str(document_id), "scan 1.pdf", "invoice")
    assert hit["fields"] == {"seller": "ACME GmbH", "total": "119.00"}
    assert hit["page"] in (1, 2, 3, 4)
    assert "<em>invoice</em>" in hit["highlight"]
    assert hit["score"] > 0
    assert body["facets"]["category"] == [{"value": "invoice", "count": 1}]


def test_a_search_by_meaning_finds_what_is_near_and_counts_no_more(client: Client) -> None:
    near = indexed(markdown="Please pay the bill of the plumber who repaired the boiler.")
    indexed(markdown="A recipe of lentil soup with carrots and cumin.")
    body = client.get("/search", params={"q": "plumber's bill for the boiler repair", "mode": "semantic"}).json()
    assert ([hit["document_id"] for hit in body["hits"]], body["total"]) == ([str(near)], 1)


def test_a_search_by_meaning_says_that_more_may_be_near_than_were_looked_at(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 4)
    for number in range(5):
        indexed(markdown=f"The plumber sent bill {number}.")
    body = client.get("/search", params={"q": "plumber's bill", "mode": "semantic", "limit": 1}).json()
    assert (body["total"], body["total_is"]) == (4, "at-least")


def test_row_36_a_search_shows_the_searchable_run_only(client: Client) -> None:
    upload = accept_content(CONTENT)
    first = extracted(upload, "alpha version", {})
    move(upload.subject, handle(first))
    second = extracted(upload, "beta version", {}, run=2)
    handle(second)

    def found(word: str) -> int:
        return len(client.get(f"/search?q={word}&mode=keyword").json()["hits"])

    assert (found("alpha"), found("beta")) == (1, 0)
    move(upload.subject, DocumentIndexed(chunks=1), run=2)
    assert (found("alpha"), found("beta")) == (0, 1)


def test_a_failed_reprocess_leaves_the_earlier_run_searchable(client: Client) -> None:
    upload = accept_content(CONTENT)
    move(upload.subject, handle(extracted(upload, "alpha version", {})))
    handle(extracted(upload, "beta version", {}, run=2))
    failed(upload.subject, run=2)
    assert [hit["document_id"] for hit in client.get("/search?q=alpha").json()["hits"]] == [str(upload.subject)]
    assert client.get("/search?q=beta&mode=keyword").json()["hits"] == []


def test_a_search_is_paged(client: Client) -> None:
    ids = {str(indexed(markdown=f"invoice number {number}")) for number in range(5)}
    first = client.get("/search?q=invoice&limit=3").json()
    rest = client.get(f"/search?q=invoice&limit=3&cursor={first['next_cursor']}").json()
    pages = [hit["document_id"] for hit in first["hits"] + rest["hits"]]
    assert (set(pages), len(pages), rest["next_cursor"]) == (ids, 5, None)
    assert client.get("/search?q=invoice&limit=3&from=3").json()["hits"] == rest["hits"]


def test_a_search_is_filtered_by_field(client: Client) -> None:
    document_id = str(indexed())
    for query, matches in [
        ("seller=acme+gmbh", True),
        ("total=100..120", True),
        ("total=..100", False),
        ("x=1", False),
    ]:
        hits = client.get(f"/search?q=days&field.{query}").json()["hits"]
        assert [hit["document_id"] for hit in hits] == ([document_id] if matches else [])


def test_another_tenant_searches_its_own_documents(client: Client) -> None:
    indexed()
    other = {"Authorization": "Bearer dsk_other"}
    assert client.get("/search?q=invoice", headers=other).json()["hits"] == []


def test_without_a_text_everything_is_shown_newest_first(client: Client) -> None:
    ids = [str(indexed(markdown=f"text {number}")) for number in range(3)]
    body = client.get("/search").json()
    assert [hit["document_id"] for hit in body["hits"]] == ids[::-1]
    assert (body["mode"], body["total"]) == ("keyword", 3)


@pytest.mark.parametrize("mode", ["hybrid", "semantic"])
def test_without_a_model_a_search_goes_by_keyword_and_says_so(
    client: Client, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document_id = str(indexed())
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path_factory.mktemp("empty")))
    body = client.get(f"/search?q=invoice&mode={mode}").json()
    assert (body["mode"], [each["code"] for each in body["warnings"]]) == ("keyword", ["embedding-missing"])
    assert [hit["document_id"] for hit in body["hits"]] == [document_id]


@pytest.mark.parametrize(
    "words", [" ".join(f"w{number}" for number in range(200)), "a-b/" * 250, '*?~"(\\', "x" * 1000]
)
def test_odd_and_long_texts_are_searched_for(client: Client, words: str) -> None:
    indexed()
    answer = client.get("/search", params={"q": words})
    assert answer.status_code == 200, answer.text


def test_similar_documents_are_near_in_meaning_and_not_the_document_itself(client: Client) -> None:
    mine = indexed(markdown="The invoice for the repair of the heating is due.")
    near = indexed(markdown="Please pay the bill of the plumber who repaired the boiler.")
    far = indexed(markdown="A recipe of lentil soup with carrots.")
    body = client.get(f"/documents/{mine}/similar").json()
    assert (body["mode"], [hit["document_id"] for hit in body["hits"]]) == ("semantic", [str(near), str(far)])


def test_similar_documents_share_words_where_there_is_no_vector(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path_factory.mktemp("empty")))
    mine, near = indexed(markdown="heating repair invoice"), indexed(markdown="repair of a heating")
    indexed(markdown="lentil soup")
    body = client.get(f"/documents/{mine}/similar").json()
    assert (body["mode"], [hit["document_id"] for hit in body["hits"]]) == ("keyword", [str(near)])


def test_operations_show_queues_breakers_and_rates_to_operators(client: Client) -> None:
    indexed()
    with transaction() as tx:
        tx.execute("INSERT INTO breakers (name, state, opened_at) VALUES ('search', 'open', now())")
    operator = {"Authorization": "Bearer dsk_operator"}
    body = client.get("/operations", headers=operator).json()
    assert body["documents"] == {"indexed": 1}
    states = {each["name"]: each["state"] for each in body["breakers"]}
    assert states == {"object-store": "closed", "ollama": "closed", "postgresql": "closed", "search": "open"}
    assert body["rates"]["document.uploaded"] == 0.2
    assert (body["dead_letters"], body["unsent_events"], body["queues"], body["consumers"]) == (0, 4, [], [])
    assert problem(client.get("/operations")) == (403, "forbidden")


def test_operators_see_what_waits_and_what_is_parked(client: Client, database_as: Callable[[str], None]) -> None:
    database_as("docstream_owner")
    with transaction() as tx:
        write_queues(tx, {"parking": 1, "delay.900": 2, "delay.15": 0, "index": 3})
        tx.execute("INSERT INTO queues (name, ready, seen_at) VALUES ('gone', 5, now() - interval '1 hour')")
    queues = client.get("/operations", headers={"Authorization": "Bearer dsk_operator"}).json()["queues"]
    assert [(each["name"], each["kind"], each["ready"], each["unacked"]) for each in queues] == [
        ("index", "function", 3, 0),
        ("parking", "parking", 1, 0),
        ("delay.15", "delay", 0, 0),
        ("delay.900", "delay", 2, 0),
    ]


def test_letters_of_no_tenant_count_for_the_operators_of_the_installation(client: Client) -> None:
    auth.ensure_key("dsk_foreign", tenant="other", scopes=frozenset({"operate"}), name="foreign")
    with transaction() as tx:
        for tenant, failure_class in ((None, "permanent"), ("default", "permanent"), ("default", "transient")):
            tx.execute(
                "INSERT INTO dead_letters (id, tenant, function, code, class, body, headers) "
                "VALUES (gen_random_uuid(), %s, 'extract', 'corrupt', %s, '', '{}')",
                (tenant, failure_class),
            )
    bodies = [
        client.get("/operations", headers={"Authorization": f"Bearer dsk_{each}"}).json()
        for each in ("operator", "foreign")
    ]
    assert [each["dead_letters"] for each in bodies] == [3, 0]
    assert [each["dead_letters_by_class"] for each in bodies] == [{"permanent": 2, "transient": 1}, {}]


def test_anyone_may_ask_what_the_api_is_and_whether_it_lives(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_an_event_that_was_erased_keeps_its_place_in_the_history(
    client: Client, database_as: Callable[[str], None]
) -> None:
    document_id = accept_content(b"x").subject
    database_as("docstream_erase")
    with transaction() as tx:
        tx.execute("UPDATE events SET data = '{\"erased\": true}' WHERE document_id = %s", (document_id,))
    (event,) = client.get(f"/documents/{document_id}/history").json()["events"]
    assert (event["event"], event["data"]) == ("document.uploaded", {"erased": True})


@pytest.fixture
def pdf() -> bytes:
    """One empty page."""
    document, stream = pypdfium2.PdfDocument.new(), BytesIO()
    document.new_page(200, 100)
    document.save(stream)
    document.close()
    return stream.getvalue()
