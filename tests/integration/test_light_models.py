"""The classifier learns from a user's own documents and corrections, and uses what it learned at once."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.classify.handler import app as classify
from functions.extract.handler import app as extract
from functions.index.handler import app as index
from functions.manage.handler import app as manage
from pipeline import auth, documents, event_store
from pipeline.database import fetch
from pipeline.lightmodel import versions
from pipeline.lightmodel.folders import Labelled
from pipeline.lightmodel.model import dump
from pipeline.lightmodel.train import fit
from pipeline.model import Document
from tests.factories import accept_content, deliver

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket", "search_index")

# A kind of text that the shipped model has never seen.
LOG = "Ship's log of the Meridian. Wind north-west, force four. Course 210, log reading 418. All well. Watch {}."
OTHERS = ("other", "letter", "invoice", "contract")


@pytest.fixture
def key() -> str:
    auth.ensure_key("dsk_teacher", tenant="default", scopes=auth.SCOPES, name="teacher")
    return "dsk_teacher"


@pytest.fixture
def client(key: str) -> TestClient:
    return TestClient(manage, headers={"Authorization": f"Bearer {key}"})


def through(content: str, *stages: Any) -> Document:
    uploaded = accept_content(content.encode(), filename="note.txt")
    event: Any = uploaded
    for stage in stages:
        assert deliver(stage, event).json() == {"outcome": "done"}
        event = event_store.history(uploaded.subject)[-1].envelope
    return documents.load(uploaded.subject)


def share_of(document: Document, category: str) -> float:
    return next((each.confidence for each in document.alternatives if each.category == category), 0.0)


def taught(category: str) -> bytes:
    """A model for which the log is of this category."""
    texts = [Labelled(category=category, text=LOG.format(number)) for number in range(4)]
    noise = [Labelled(category=each, text=f"{each} {word}") for each in OTHERS for word in ("gravel", "carrot")]
    return dump(fit([*texts, *noise]))


def test_a_new_model_votes_from_the_next_document_on_and_a_withdrawn_one_no_more(client: TestClient) -> None:
    before = share_of(through(LOG.format("first"), classify), "report")
    answer = client.post("/categories/models?documents=4", content=taught("report"))
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    assert share_of(through(LOG.format("second"), classify), "report") > max(before, 0.5)
    assert client.post("/categories/models", content=taught("manual")).json()["version"] == 2
    assert share_of(through(LOG.format("third"), classify), "manual") > 0.3
    for version in (2, 1):
        assert client.delete(f"/categories/models/{version}").status_code == 204
    assert share_of(through(LOG.format("fourth"), classify), "report") == pytest.approx(before, abs=0.05)


def test_another_tenants_model_does_not_vote(client: TestClient) -> None:
    auth.ensure_key("dsk_stranger", tenant="stranger", scopes=auth.SCOPES, name="stranger")
    stranger = TestClient(manage, headers={"Authorization": "Bearer dsk_stranger"})
    before = through(LOG.format("first"), classify).alternatives
    assert stranger.post("/categories/models", content=taught("report")).status_code == 201
    assert through(LOG.format("first"), classify).alternatives == before
    assert client.get("/categories/models").json() == {"models": []}
    assert client.delete("/categories/models/1").status_code == 404


def test_the_newest_versions_are_kept_and_the_one_that_was_in_use(client: TestClient) -> None:
    content = taught("report")

    def added(times: int) -> list[int]:
        for _ in range(times):
            assert client.post("/categories/models", content=content).status_code == 201
        return [each["version"] for each in client.get("/categories/models").json()["models"]]

    kept = versions.VERSIONS_KEPT
    assert added(kept + 2) == list(range(kept + 2, 2, -1))
    for version in range(4, kept + 3):
        assert client.delete(f"/categories/models/{version}").status_code == 204
    assert added(1) == [*range(kept + 3, 3, -1), 3]


def test_what_was_done_with_models_is_audited(client: TestClient) -> None:
    client.post("/categories/models?documents=4&corrections=2", content=taught("report"))
    client.delete("/categories/models/1")
    rows = fetch("SELECT action, subject, detail FROM audit ORDER BY id")
    assert [(row["action"], row["subject"]) for row in rows] == [
        ("light-model.added", "1"),
        ("light-model.withdrawn", "1"),
    ]
    assert (rows[0]["detail"]["documents"], rows[0]["detail"]["corrections"]) == (4, 2)


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 400, "no model"),
        (b"PK\x03\x04 not a model", 400, "no model"),
        (
            dump(fit([Labelled(category=each, text=f"{each} gravel") for each in ("dance", "song", "soup")])),
            400,
            "dance, song, soup",
        ),
        (b"x" * 8_000_001, 413, "8000000 bytes"),
    ],
    ids=["empty", "broken", "unknown-category", "too-large"],
)
def test_what_is_no_model_of_the_installed_categories_is_refused(
    client: TestClient, content: bytes, status: int, reason: str
) -> None:
    answer = client.post("/categories/models", content=content)
    assert answer.status_code == status
    assert reason in answer.json()["detail"]
    assert client.get("/categories/models").json() == {"models": []}


def test_only_operators_teach() -> None:
    auth.ensure_key("dsk_writer", tenant="default", scopes=frozenset({"read", "write"}), name="writer")
    writer = TestClient(manage, headers={"Authorization": "Bearer dsk_writer"})
    answers = [
        writer.get("/categories/models"),
        writer.post("/categories/models", content=taught("report")),
        writer.delete("/categories/models/1"),
        writer.get("/categories/corrections"),
    ]
    assert {each.status_code for each in answers} == {403}


def test_a_correction_is_what_was_said_last_of_a_document_that_is_still_there(client: TestClient) -> None:
    kept, gone = (through(LOG.format(each), classify, extract, index) for each in ("one", "two"))
    for document, category in ((kept, "letter"), (gone, "report")):
        assert client.patch(f"/documents/{document.id}", json={"category": category}).status_code == 202
    assert client.delete(f"/documents/{gone.id}").status_code == 202
    assert client.get("/categories/corrections").json() == {
        "corrections": [{"document_id": str(kept.id), "category": "letter"}]
    }
