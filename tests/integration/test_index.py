"""document.extracted -> document.indexed: found when it says so, once, with what is missing named."""

import json
from typing import Any
from uuid import UUID

import pytest

from functions.index.handler import app, handle, undo
from pipeline import blobs, documents, embeddings, indexing
from pipeline.envelope import Envelope
from pipeline.errors import Continues
from pipeline.events import DocumentClassified, DocumentCorrected, DocumentExtracted
from pipeline.search import ask, filters, index, queries
from tests.factories import accept, deliver, move, uploaded

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket", "search_index")

CLASSIFIED = DocumentClassified(category="invoice", confidence=0.9, method="rules", language="en")
MARKDOWN = "<!-- page 1 -->\n# Invoice INV-42\n\nACME GmbH\n\n<!-- page 2 -->\nPlease pay within thirty days.\n"
FIELDS = {"seller": {"value": "ACME GmbH", "page": 1, "quote": "ACME GmbH", "method": "rules", "confidence": 0.9}}


def extracted(markdown: str = MARKDOWN, fields: dict[str, Any] = FIELDS) -> Envelope[DocumentExtracted]:
    """A document whose text and fields are stored, as the stage extract leaves it."""
    document = accept(uploaded())
    move(document.id, CLASSIFIED)
    keys = {
        name: blobs.run_key(document.tenant, document.id, 1, name)
        for name in ("text.md", "fields.json", "structure.json", "evidence.json")
    }
    blobs.write(keys["text.md"], markdown.encode(), "text/markdown")
    blobs.write(keys["fields.json"], json.dumps(fields).encode(), "application/json")
    event = DocumentExtracted(
        text_key=keys["text.md"],
        fields_key=keys["fields.json"],
        structure_key=keys["structure.json"],
        evidence_key=keys["evidence.json"],
        pages=2,
    )
    envelope: Envelope[Any] = move(document.id, event)
    return envelope


def found(text: str, **wanted: Any) -> list[UUID]:
    body = queries.by_keyword(text, filters.Filters(tenant="default", **wanted), 10)
    return [each.document_id for each in ask.candidates(body)[0].candidates]


def test_an_indexed_document_is_found_by_text_name_and_field() -> None:
    event = extracted()
    assert deliver(app, event).json() == {"outcome": "done"}
    document = documents.load(event.subject)
    assert (document.state, document.searchable_run) == ("indexed", 1)
    assert found("thirty days") == found("INV-42") == found("note.txt") == [event.subject]
    assert found("pay", fields=[filters.FieldFilter(name="seller", equals="acme gmbh")]) == [event.subject]


def test_passages_alike_are_found_by_their_words_and_by_the_meaning_of_the_first() -> None:
    pages = (
        f"<!-- page {page} -->\n" + f"Reading of water meter {page}: cubic metres, valve shut. " * 12
        for page in range(1, 31)
    )
    event = extracted("\n".join(pages))
    deliver(app, event)
    document, model = event.subject, embeddings.model_name()
    assert index.count(document, 1) == 30
    assert 1 <= len(ask.vectors(document, 1, 30)) < 10
    (candidate,) = ask.candidates(queries.by_keyword("meter 17", filters.Filters(tenant="default"), 10))[0].candidates
    assert ask.show([candidate.entry_id], "meter 17")[candidate.entry_id].page == 17
    meant = embeddings.embed(["how much water was used"])[0].tolist()
    (near,) = ask.candidates(queries.by_meaning(meant, model, filters.Filters(tenant="default"), 10))
    assert {each.document_id for each in near.candidates} == {document}


def test_an_entry_knows_its_page() -> None:
    event = extracted()
    deliver(app, event)
    (candidate,) = ask.candidates(queries.by_keyword("thirty", filters.Filters(tenant="default"), 10))[0].candidates
    assert ask.show([candidate.entry_id], "thirty")[candidate.entry_id].page == 2


def test_a_redelivered_event_leaves_the_same_entries() -> None:
    event = extracted()
    deliver(app, event)
    assert deliver(app, event).json() == {"outcome": "repeated"}
    assert index.count(event.subject, 1) == 2


def test_a_document_without_text_is_found_by_its_name() -> None:
    event = extracted(markdown="<!-- page 1 -->\n", fields={})
    deliver(app, event)
    assert found("note.txt") == [event.subject]


def test_a_corrected_field_is_the_one_that_is_found() -> None:
    event = extracted()
    move(event.subject, DocumentCorrected(by="a person", fields={"seller": "Acorn AG"}))
    handle(event)
    assert found("Acorn") == [event.subject]
    assert found("pay", fields=[filters.FieldFilter(name="seller", equals="acme gmbh")]) == []


def test_without_a_model_keywords_find_it_and_a_warning_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path_factory.mktemp("empty")))
    assert not embeddings.available()
    event = extracted()
    deliver(app, event)
    assert found("thirty days") == [event.subject]
    assert [each.code for each in documents.load(event.subject).warnings] == ["embedding-missing"]


def test_a_long_document_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "SLICE", 4)
    monkeypatch.setattr(indexing, "WORK_SECONDS", 0)
    event = extracted(markdown="\n".join(f"<!-- page {number} -->\nword{number}" for number in range(1, 11)))
    counts = []
    for _ in range(2):
        with pytest.raises(Continues):
            handle(event)
        counts.append(index.count(event.subject, 1))
    assert counts == [4, 8]
    assert handle(event).chunks == 10
    assert found("word10") == [event.subject]


def test_what_a_superseded_call_wrote_is_removed() -> None:
    event = extracted()
    handle(event)
    undo(event)
    assert index.count(event.subject, 1) == 0
