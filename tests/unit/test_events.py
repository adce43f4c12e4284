"""The envelope of an event: one rendering, read back the same, refused when it is not ours."""

import json
from typing import Any

import pytest

from pipeline.envelope import Envelope, event_id, parse, render
from pipeline.errors import Rejected
from pipeline.events import MAX_WARNINGS, DocumentClassified, DocumentUploaded, limited
from pipeline.model import Alternative, DocumentWarning
from tests.factories import uploaded


def altered(**changes: Any) -> bytes:
    return json.dumps(json.loads(render(uploaded())) | changes).encode()


def test_an_event_reads_back_as_it_was_rendered() -> None:
    envelope = uploaded(metadata={"case": "7"})
    assert parse(render(envelope), DocumentUploaded) == envelope


def test_nested_values_survive_the_wire() -> None:
    data = DocumentClassified(
        category="invoice",
        confidence=0.9,
        method="rules",
        alternatives=(Alternative(category="receipt", confidence=0.1),),
        warnings=(DocumentWarning(code="category-unsure", message="perhaps", page=1),),
    )
    envelope = Envelope(**(vars(uploaded()) | {"data": data}))
    assert parse(render(envelope), DocumentClassified).data == data


def test_the_same_cause_makes_the_same_event_id() -> None:
    first = uploaded()
    assert event_id(first.subject, 1, "document.classified", "a") == event_id(
        first.subject, 1, "document.classified", "a"
    )
    assert event_id(first.subject, 1, "document.classified", "a") != event_id(
        first.subject, 2, "document.classified", "a"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"type": "docstream.document.uploaded.v1"}',
        altered(type="docstream.document.invented.v1"),
        altered(subject="not a uuid"),
        altered(dataschema=7),
        altered(data=None),
        b" " * 70_000,
        b"[" * 60_000,
    ],
    ids=[
        "empty",
        "null",
        "list",
        "not-utf-8",
        "no-data",
        "unknown-type",
        "bad-subject",
        "bad-schema",
        "null-data",
        "large",
        "deep",
    ],
)
def test_what_is_not_an_event_of_ours_is_malformed(body: bytes) -> None:
    with pytest.raises(Rejected) as refusal:
        parse(body, DocumentUploaded)
    assert refusal.value.code in ("malformed-event", "schema-invalid")


def test_data_that_does_not_match_its_schema_is_refused_by_name() -> None:
    with pytest.raises(Rejected, match="size") as refusal:
        parse(altered(data=json.loads(render(uploaded()))["data"] | {"size": "large"}), DocumentUploaded)
    assert refusal.value.code == "schema-invalid"


def test_a_schema_name_cannot_leave_the_registry() -> None:
    with pytest.raises(Rejected):
        parse(altered(dataschema="https://docstream.dev/schemas/x/../../../errors.py.json"), DocumentUploaded)


def test_many_warnings_become_a_count() -> None:
    warnings = tuple(DocumentWarning(code="page-unread", message=str(number), page=number) for number in range(80))
    assert len(limited(warnings)) == MAX_WARNINGS
    assert limited(warnings)[-1] == DocumentWarning(code="more-warnings", message="31 more warnings")
