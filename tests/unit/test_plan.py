"""Where a new run begins, and what a replay means."""

from dataclasses import replace
from typing import Any

import pytest

from functions.manage import plan
from pipeline.errors import Conflict, NotFound
from pipeline.events import DocumentClassified, DocumentExtracted
from pipeline.model import Document
from pipeline.projection import project
from tests.factories import uploaded

CLASSIFIED = DocumentClassified(category="letter", confidence=0.4, method="rules", language="de")


def document(**changes: Any) -> Document:
    return replace(project(None, uploaded()), **changes)


@pytest.mark.parametrize("stage", ["classify", "extract", "index"])
def test_an_indexed_document_begins_where_asked_a_failed_one_at_the_start(stage: str) -> None:
    assert plan.first_stage(document(state="indexed"), stage) == stage
    assert plan.first_stage(document(state="failed"), stage) == "classify"


@pytest.mark.parametrize("state", ["uploaded", "classified", "extracted"])
def test_a_run_that_is_not_over_is_not_interrupted(state: Any) -> None:
    with pytest.raises(Conflict) as refusal:
        plan.first_stage(document(state=state), "index")
    assert refusal.value.retry_after
    with pytest.raises(Conflict):
        plan.replay("extract", 1, document(state=state), resolution=None)


def test_a_deleted_document_begins_nowhere() -> None:
    with pytest.raises(NotFound):
        plan.first_stage(document(state="deleted"), "index")


def test_a_corrected_category_needs_new_fields_and_corrected_fields_only_the_index() -> None:
    assert plan.corrected_stage({"category": "invoice"}) == "extract"
    assert plan.corrected_stage({"category": "invoice", "fields": {"a": 1}}) == "extract"
    assert plan.corrected_stage({"fields": {"a": 1}}) == "index"


def test_a_persons_category_wins_over_the_one_that_was_found() -> None:
    corrected = document(corrections={"category": "invoice"})
    again = plan.as_corrected(CLASSIFIED, corrected)
    assert again == replace(CLASSIFIED, category="invoice", confidence=1.0, method="correction")
    assert plan.as_corrected(CLASSIFIED, document()) == CLASSIFIED


def test_other_events_are_repeated_as_they_were() -> None:
    extracted = DocumentExtracted(text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=1)
    assert plan.as_corrected(extracted, document(corrections={"category": "invoice"})) == extracted


@pytest.mark.parametrize(
    ("function", "run", "state", "expected"),
    [
        ("extract", 1, "failed", "reopen"),
        ("extract", 1, "indexed", "superseded"),
        ("extract", 1, "deleted", "superseded"),
        ("extract", 2, "failed", "superseded"),
        ("notify", 1, "indexed", "redeliver"),
        ("notify", 1, "uploaded", "redeliver"),
    ],
)
def test_a_failed_run_is_opened_anew_and_a_webhook_delivered_again(
    function: str, run: int, state: Any, expected: str
) -> None:
    assert plan.replay(function, run, document(state=state), resolution=None) == expected


def test_what_has_no_document_is_delivered_again_and_what_is_closed_is_done() -> None:
    assert plan.replay("classify", None, None, resolution=None) == "redeliver"
    assert plan.replay("extract", 1, document(state="failed"), resolution="replayed") == "done"


def test_what_was_discarded_is_not_replayed() -> None:
    with pytest.raises(Conflict, match="discarded"):
        plan.replay("extract", 1, document(state="failed"), resolution="discarded")
