"""Stored events go to the broker again; what it can never take holds up none of the others."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.manage.handler import app
from pipeline import auth, broker
from pipeline.database import fetch
from pipeline.events import DocumentClassified
from tests.factories import accept_content, move

pytestmark = pytest.mark.usefixtures("fresh_database", "bucket")

CLASSIFIED = DocumentClassified(category="letter", confidence=0.8, method="rules")


class Later(DocumentClassified):
    """As a later release writes it."""

    version = "9.0"


@pytest.fixture
def client(vhost: str) -> TestClient:
    """With a broker that has a queue for document.classified, and none for what comes before and after it."""
    link = broker.connect("test")
    broker.declare_topology(link.channel(), {"extract": ["document.classified"]})
    link.close()
    token = auth.new_token()
    auth.ensure_key(token, tenant="default", scopes=auth.SCOPES, name="operator")
    return TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {token}"})


def republished(client: TestClient, **how: Any) -> dict[str, Any]:
    answer = client.post("/republish", json={"what": "all", "dry_run": False, "rate": 500, **how})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def test_an_event_that_no_queue_takes_is_counted_and_passed_over(client: TestClient) -> None:
    document_id = accept_content(b"text").subject
    move(document_id, CLASSIFIED)
    first = republished(client, limit=1)
    assert (first["published"], first["unroutable"], first["unreadable"]) == (0, 1, 0)
    second = republished(client, limit=2, cursor=first["next_cursor"])
    assert (second["published"], second["unroutable"], second["next_cursor"]) == (1, 0, None)
    [noted, _] = fetch("SELECT detail FROM audit WHERE action = 'events.republished' ORDER BY id")
    assert (noted["detail"]["count"], noted["detail"]["unroutable"]) == (0, 1)


def test_an_event_of_a_later_release_is_counted_apart(client: TestClient) -> None:
    document_id = accept_content(b"text").subject
    move(document_id, Later(category="letter", confidence=0.8, method="rules"))
    told = republished(client)
    assert (told["published"], told["unroutable"], told["unreadable"], told["next_cursor"]) == (0, 1, 1, None)


def test_a_broker_that_is_away_is_no_reason_to_pass_an_event_over(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    move(accept_content(b"text").subject, CLASSIFIED)
    broker.close()
    monkeypatch.setenv("RABBITMQ_PORT", "1")
    answer = client.post("/republish", json={"what": "all", "dry_run": False})
    assert answer.status_code == 503
    broker.close()
