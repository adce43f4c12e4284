"""Which dead letters unmake a document."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from functions.compensate.undo import CONSUMES, EFFECTS, failure, verdict
from pipeline.dead_letters import Cause, Letter
from pipeline.events import EVENTS, DocumentFailed
from pipeline.model import Document
from pipeline.projection import project
from pipeline.schemas import validate
from tests.factories import uploaded


def document(**changes: Any) -> Document:
    return replace(project(None, uploaded()), **changes)


def cause(of: Document, name: str, run: int = 1) -> Cause:
    return Cause(event_id=uuid4(), document_id=of.id, run=run, tenant=of.tenant, name=name, traceparent=None)


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "id": uuid4(),
        "function": "extract",
        "code": "corrupt",
        "failure_class": "permanent",
        "reason": "broken",
        "status": 422,
        "attempts": 1,
        "replay": 0,
        "first_failed": None,
        "last_failed": None,
        "headers": {},
        "body": b"",
    }
    return Letter(**(values | changes))


@pytest.mark.parametrize(
    ("function", "state"), [("classify", "uploaded"), ("extract", "classified"), ("index", "extracted")]
)
def test_a_stage_that_gave_up_on_the_live_run_unmakes_it(function: str, state: Any) -> None:
    live = document(state=state)
    assert verdict(function, cause(live, CONSUMES[function]), live, committed=False) == "undo"
    assert verdict(function, cause(live, CONSUMES[function]), live, committed=True) == "superseded"


@pytest.mark.parametrize("state", ["uploaded", "extracted", "indexed", "failed", "deleted"])
def test_a_document_that_has_moved_on_stays_as_it_is(state: Any) -> None:
    moved = document(state=state)
    assert verdict("extract", cause(moved, "document.classified"), moved, committed=False) == "superseded"


def test_a_letter_of_an_earlier_run_changes_nothing() -> None:
    later = document(state="classified", run=2)
    assert verdict("extract", cause(later, "document.classified", run=1), later, committed=False) == "superseded"


@pytest.mark.parametrize("function", ["notify", "compensate", "webhook"])
def test_what_is_no_stage_never_unmakes_a_document(function: str) -> None:
    live = document(state="uploaded")
    assert verdict(function, cause(live, "document.uploaded"), live, committed=False) == "kept"


def test_a_letter_without_a_document_is_kept() -> None:
    assert verdict("classify", None, None, committed=False) == "kept"


def test_effects_are_taken_back_in_reverse_and_the_original_never() -> None:
    assert EFFECTS["index"] == ("search-entries", "derived-objects")
    assert set(EFFECTS) == set(CONSUMES)
    assert set(CONSUMES.values()) <= set(EVENTS)


@pytest.mark.parametrize("changes", [{}, {"code": "Bad Code", "failure_class": None, "reason": ""}])
def test_whatever_the_letter_says_the_failure_is_a_valid_event(changes: dict[str, Any]) -> None:
    said = failure(letter(**changes))
    validate(DocumentFailed.name, DocumentFailed.version, said.to_data() | {"undone": list(said.undone)})
    assert said.stage == "extract"
