"""Whatever fails at any stage is undone in reverse, and the document says where and why."""

import pytest

from pipeline.database import fetch
from tests.promise.client import text
from tests.promise.evidence import indexed_entries, stored_objects
from tests.promise.rig import Rig

REFUSED = "raise:pipeline.errors:Rejected:corrupt:the test refused it"
UNDONE = {
    "classify": ["derived-objects"],
    "extract": ["derived-objects"],
    "index": ["search-entries", "derived-objects"],
}


@pytest.mark.parametrize("stage", UNDONE)
def test_a_failure_at_any_stage_is_undone_and_said(rig: Rig, stage: str) -> None:
    rig.plan.order(f"{stage}.record.before", REFUSED)
    document = str(rig.client.upload(text(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    shown = rig.stack.document(document)
    assert shown["state"] == "failed"
    assert shown["failure"] == {"stage": stage, "code": "corrupt", "reason": "the test refused it"}
    told = fetch("SELECT data FROM events WHERE document_id = %(id)s::uuid ORDER BY sequence DESC", {"id": document})
    assert told[0]["data"]["undone"] == UNDONE[stage]
    assert [key.rsplit("/", 1)[-1] for key in stored_objects() if document in key] == ["original"]
    assert [name for name in indexed_entries() if document in name] == []


def test_a_failed_document_begins_anew_and_ends_well(rig: Rig) -> None:
    rig.plan.order("extract.record.before", REFUSED)
    document = str(rig.client.upload(text(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    rig.client.reprocess(document, "extract")
    assert rig.comes_to_rest() == {}
    assert rig.events(document)[-4:] == ["uploaded", "classified", "extracted", "indexed"]
