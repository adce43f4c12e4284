"""POST /api/index/rebuild is answered by the function that has the embedding model, and is no event."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.index.handler import app
from pipeline import auth, blobs, documents
from pipeline.database import fetch
from pipeline.envelope import Envelope, render
from pipeline.events import DocumentClassified, DocumentExtracted, Event
from pipeline.search import index
from tests.factories import accept, deliver, move, uploaded

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket", "search_index")

PATH = "/index/rebuild"


@pytest.fixture
def client() -> TestClient:
    return TestClient(app, raise_server_exceptions=False, headers=key(tenant="default", scope="operate"))


def key(*, tenant: str, scope: str) -> dict[str, str]:
    """The headers of a new key."""
    token = auth.new_token()
    auth.ensure_key(token, tenant=tenant, scopes=frozenset({scope}), name=scope)
    return {"Authorization": f"Bearer {token}"}


def extracted() -> Envelope[Event]:
    """A document that waits for this stage."""
    document = accept(uploaded())
    move(document.id, DocumentClassified(category="letter", confidence=0.9, method="rules"))
    for name, content in {"t": b"# Hello\n\nworld", "f": b"{}"}.items():
        blobs.write(name, content, "text/plain")
    event = DocumentExtracted(text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=1)
    return move(document.id, event)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def audited() -> list[str]:
    return [row["action"] for row in fetch("SELECT action FROM audit ORDER BY id")]


def test_the_index_is_made_anew_and_the_call_is_audited(client: TestClient, search_index: str) -> None:
    event = extracted()
    deliver(app, event)
    answer = client.post(PATH)
    assert answer.status_code == 202
    told = {"documents": 1, "skipped": 0, "reached": 1, "total": 1, "done": True}
    assert answer.json() == told | {"index": f"{search_index}-v2"}
    assert audited() == ["index.rebuilt"]
    assert index.count(event.subject, 1) == 1


@pytest.mark.parametrize(("tenant", "scope"), [("other", "operate"), ("default", "write")])
def test_only_operators_of_the_installation_make_it_anew(client: TestClient, tenant: str, scope: str) -> None:
    assert refusal(client.post(PATH, headers=key(tenant=tenant, scope=scope))) == (403, "forbidden")
    assert audited() == []


def test_an_event_opens_no_command() -> None:
    """The connector's signature says nothing about who may operate."""
    body = render(extracted())
    client = TestClient(app, raise_server_exceptions=False)
    assert refusal(client.post(PATH, content=body, headers=auth.signed_headers(body))) == (401, "unauthorized")
    assert audited() == []


def test_a_key_brings_in_no_event(client: TestClient) -> None:
    event = extracted()
    assert refusal(client.post("/", content=render(event))) == (401, "unauthorized")
    assert documents.load(event.subject).state == "extracted"


def test_a_command_that_carries_an_event_is_refused(client: TestClient) -> None:
    body = render(extracted())
    signed = auth.signed_headers(body) | {"Content-Type": "application/json"}
    assert refusal(client.post(PATH, content=body, headers=signed)) == (400, "invalid-parameter")
    assert audited() == []


def test_a_refusal_names_the_path_as_the_client_called_it(client: TestClient) -> None:
    assert client.post(f"{PATH}?x=1").json()["instance"] == f"/api{PATH}"
