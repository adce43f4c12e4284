"""The state of a document is a fold over its events."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pipeline.envelope import Envelope
from pipeline.events import (
    EVENTS,
    DocumentClassified,
    DocumentCorrected,
    DocumentDeleted,
    DocumentExtracted,
    DocumentFailed,
    DocumentIndexed,
    Event,
)
from pipeline.model import Document, Failure
from pipeline.projection import project
from tests.factories import uploaded

CLASSIFIED = DocumentClassified(category="invoice", confidence=0.9, method="rules", language="en")
EXTRACTED = DocumentExtracted(text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=2)
FAILED = DocumentFailed(stage="extract", code="corrupt", reason="broken", failure_class="permanent", attempts=1)


def history(*steps: tuple[int, Event]) -> Document:
    """The document after an upload and these (run, event) steps."""
    first = uploaded()
    document = project(None, first)
    for sequence, (run, event) in enumerate(steps, 2):
        values: dict[str, Any] = vars(first) | {"id": uuid4(), "sequence": sequence, "run": run, "data": event}
        document = project(document, Envelope(**values))
    return document


def test_three_stages_make_a_document_searchable() -> None:
    document = history((1, CLASSIFIED), (1, EXTRACTED), (1, DocumentIndexed(chunks=3)))
    assert (document.state, document.searchable_run, document.sequence) == ("indexed", 1, 4)
    assert (document.category, document.pages, document.text_key) == ("invoice", 2, "t")


def test_a_first_run_that_fails_leaves_the_source_and_the_reason() -> None:
    document = history((1, CLASSIFIED), (1, FAILED))
    assert document.failure == Failure(stage="extract", code="corrupt", reason="broken")
    assert (document.category, document.searchable_run) == (None, None)
    assert document.original_key


def test_a_failed_second_run_leaves_the_first_one_searchable() -> None:
    indexed = ((1, CLASSIFIED), (1, EXTRACTED), (1, DocumentIndexed(chunks=3)))
    other = DocumentClassified(category="letter", confidence=0.6, method="rules")
    document = history(*indexed, (2, uploaded().data), (2, other), (2, FAILED))
    assert (document.state, document.run, document.searchable_run) == ("failed", 2, 1)
    assert (document.category, document.text_key, document.pages) == ("invoice", "t", 2)


def test_a_deleted_document_is_not_searchable() -> None:
    document = history((1, CLASSIFIED), (2, DocumentDeleted(reason="asked")))
    assert (document.state, document.run, document.searchable_run) == ("deleted", 2, None)


def test_corrections_add_up() -> None:
    document = history(
        (2, DocumentCorrected(by="key", fields={"total": "1.00"})),
        (3, DocumentCorrected(by="key", category="receipt", fields={"date": "2026-01-01"})),
    )
    assert document.corrections == {"category": "receipt", "fields": {"total": "1.00", "date": "2026-01-01"}}


def test_a_history_starts_with_an_upload() -> None:
    with pytest.raises(ValueError, match=r"document\.uploaded"):
        project(None, Envelope(**(vars(uploaded()) | {"data": CLASSIFIED})))


@pytest.mark.parametrize("event", EVENTS.values(), ids=str)
def test_every_event_is_named_after_what_happened(event: type[Event]) -> None:
    assert event.name.startswith("document.")
    assert event.type() == f"docstream.{event.name}.v1"


def test_what_a_language_model_cost_is_kept_by_stage_for_the_latest_run() -> None:
    usage = {"model": "m", "calls": 1, "prompt_tokens": 10, "answer_tokens": 2, "seconds": 0.5}
    asked = (replace(CLASSIFIED, llm=usage), replace(EXTRACTED, llm=usage | {"calls": 2}))
    document = history((1, asked[0]), (1, asked[1]))
    assert document.llm == {"classify": usage, "extract": usage | {"calls": 2}}
    assert history((1, asked[0]), (1, asked[1]), (2, CLASSIFIED), (2, EXTRACTED)).llm == {}
    indexed = (1, DocumentIndexed(chunks=1))
    assert history((1, asked[0]), (1, EXTRACTED), indexed, (2, CLASSIFIED), (2, FAILED)).llm == {"classify": usage}
