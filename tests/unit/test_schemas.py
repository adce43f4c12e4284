"""The schema registry agrees with pipeline.events, accepts what we produce and refuses what nobody promised."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from pipeline.envelope import Envelope, parse, render
from pipeline.errors import Rejected
from pipeline.events import (
    EVENTS,
    MAX_WARNINGS,
    DocumentClassified,
    DocumentCorrected,
    DocumentDeleted,
    DocumentExtracted,
    DocumentFailed,
    DocumentIndexed,
    DocumentReprocessRequested,
    DocumentUploaded,
    Event,
    limited,
)
from pipeline.model import Alternative, DocumentWarning
from pipeline.schemas import FOLDER, validate

ID = UUID("11111111-2222-4333-8444-555555555555")
UNREAD = DocumentWarning(code="page-unread", message="Page 3 could not be read.", page=3)
NO_TEXT = DocumentWarning(code="no-text", message="The document holds no text.")

EXAMPLES: tuple[Event, ...] = (
    DocumentUploaded(
        filename="invoice.pdf",
        media_type="application/pdf",
        size=48_213,
        sha256="ab" * 32,
        original_key=f"default/{ID}/original",
        parent_id=str(ID),
        depth=1,
        metadata={"project": "north"},
    ),
    DocumentClassified(
        category="scientific_paper",
        confidence=0.93,
        method="rules",
        alternatives=(Alternative(category="report", confidence=0.05),),
        language="en",
        text_sample_key=f"default/{ID}/run-1/sample.json",
        warnings=(UNREAD,),
    ),
    DocumentExtracted(
        text_key="t", structure_key="s", fields_key="f", evidence_key="e", pages=3, warnings=(UNREAD, NO_TEXT)
    ),
    DocumentIndexed(chunks=12, warnings=limited((NO_TEXT,) * 80)),
    DocumentFailed(
        stage="extract",
        code="encrypted",
        reason="The file asks for a password.",
        failure_class="permanent",
        attempts=1,
        undone=("extract", "classify"),
    ),
    DocumentDeleted(reason="requested"),
    DocumentReprocessRequested(from_stage="extract", run=2),
    DocumentCorrected(by="key-1", category="invoice", fields={"total": "12.00"}),
)


def envelope(data: Event) -> Envelope[Event]:
    return Envelope(
        id=ID,
        source="/functions/test",
        subject=ID,
        time=datetime(2025, 3, 1, tzinfo=UTC),
        correlation_id=ID,
        causation_id="test",
        sequence=1,
        run=1,
        tenant="default",
        traceparent=None,
        data=data,
    )


def schema(event: type[Event]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / event.name / f"{event.version}.json").read_text())
    return document


def test_every_event_has_a_schema_and_every_schema_an_event() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.name.startswith("document.")} == set(EVENTS)
    assert {type(example) for example in EXAMPLES} == set(EVENTS.values())


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_a_schema_is_valid_and_names_itself(event: type[Event]) -> None:
    Draft202012Validator.check_schema(schema(event))
    assert schema(event)["$id"].endswith(f"/schemas/{event.name}/{event.version}.json")
    assert schema(event)["title"] == event.name


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_a_schema_has_the_fields_of_its_event_and_requires_those_without_a_default(event: type[Event]) -> None:
    fields = dataclasses.fields(event)
    missing = dataclasses.MISSING
    mandatory = {each.name for each in fields if each.default is missing and each.default_factory is missing}
    assert set(schema(event)["properties"]) == {each.name for each in fields}
    assert set(schema(event)["required"]) == mandatory


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_every_property_says_what_it_is(event: type[Event]) -> None:
    assert all(each.get("description") for each in schema(event)["properties"].values())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_event_passes_its_own_schema_and_comes_back_as_it_went(example: Event) -> None:
    assert parse(render(envelope(example)), type(example)).data == example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_a_later_minor_version_may_add_a_property(example: Event) -> None:
    validate(example.name, example.version, json.loads(json.dumps(example.to_data())) | {"new": 1})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_event_without_a_required_property_is_refused(example: Event) -> None:
    for name in schema(type(example))["required"]:
        data = {key: value for key, value in example.to_data().items() if key != name}
        with pytest.raises(Rejected, match=name) as refused:
            validate(example.name, example.version, json.loads(json.dumps(data)))
        assert refused.value.code == "schema-invalid"


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ("document.uploaded", {"sha256": "AB" * 32}),
        ("document.uploaded", {"size": -1}),
        ("document.uploaded", {"media_type": "pdf"}),
        ("document.uploaded", {"parent_id": "no uuid"}),
        ("document.classified", {"confidence": 1.5}),
        ("document.classified", {"alternatives": [{"category": "report"}]}),
        ("document.extracted", {"pages": "3"}),
        ("document.extracted", {"warnings": [{"code": "Not Kebab", "message": ""}]}),
        ("document.indexed", {"warnings": [{"code": "no-text", "message": ""}] * (MAX_WARNINGS + 1)}),
        ("document.failed", {"stage": "upload"}),
        ("document.failed", {"code": "Encrypted!"}),
        ("document.reprocess-requested", {"run": 1}),
        ("document.reprocess-requested", {"from_stage": "notify"}),
        ("document.corrected", {"category": 7}),
    ],
)
def test_a_value_outside_its_range_is_refused(event: str, change: dict[str, Any]) -> None:
    example = next(each for each in EXAMPLES if each.name == event)
    with pytest.raises(Rejected, match=next(iter(change))):
        validate(event, "1.0", json.loads(json.dumps(example.to_data())) | change)


def test_a_correction_that_corrects_nothing_is_refused() -> None:
    with pytest.raises(Rejected):
        validate("document.corrected", "1.0", DocumentCorrected(by="key-1").to_data())


@pytest.mark.parametrize("version", ["9.9", "../document.uploaded/1.0", ""])
def test_an_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(Rejected):
        validate("document.uploaded", version, {})
