"""What a function gave up on is kept: listed, shown with its cause, replayed or discarded, and all of it audited."""

from typing import Any

import pytest

from pipeline import database
from tests.promise.client import broken, text
from tests.promise.rig import Rig


@pytest.fixture
def letter(rig: Rig) -> dict[str, Any]:
    """Of a file that cannot be read."""
    document = rig.client.upload(broken(), "broken.pdf")
    assert rig.comes_to_rest() == {}
    (found,) = rig.stack.client.get("/api/dead-letters", document=document, state="open")["dead_letters"]
    kept: dict[str, Any] = found
    return kept


def audited(subject: str) -> list[str]:
    rows = database.fetch("SELECT action FROM audit WHERE subject = %(subject)s ORDER BY id", {"subject": subject})
    return [row["action"] for row in rows]


def test_a_letter_shows_its_cause_its_attempts_its_message_and_the_history(rig: Rig, letter: dict[str, Any]) -> None:
    shown = rig.stack.client.get(letter["links"]["self"])
    assert (shown["function"], shown["code"], shown["attempts"], shown["status"]) == ("classify", "corrupt", 1, 422)
    assert letter["document_id"] in shown["body"]
    assert [each["type"] for each in shown["history"]] == ["document.uploaded", "document.failed"]


def test_letters_are_replayed_at_a_rate_and_only_when_it_is_no_dry_run(rig: Rig, letter: dict[str, Any]) -> None:
    chosen = {"document": letter["document_id"], "rate": 5}
    dry = rig.stack.client.post("/api/dead-letters/replay", json=chosen)
    assert ([each["id"] for each in dry["dead_letters"]], dry["replayed"]) == ([letter["id"]], [])
    assert audited(letter["id"]) == []
    done = rig.stack.client.post("/api/dead-letters/replay", json=chosen | {"dry_run": False})
    assert [each["resolution"] for each in done["replayed"]] == ["replayed"]
    assert rig.comes_to_rest() == {}
    assert rig.events(letter["document_id"])[2:] == ["reprocess-requested", "uploaded", "failed"]
    assert audited(letter["id"]) == ["dead-letter.replayed"]


def test_a_cause_that_is_gone_is_replayed_with_success(rig: Rig) -> None:
    rig.plan.order("index.record.before", "raise:pipeline.errors:Rejected:corrupt:the test refused it")
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    (open_letter,) = rig.stack.client.get("/api/dead-letters", document=document)["dead_letters"]
    rig.client.replay(open_letter["id"], str(document))
    rig.client.replay(open_letter["id"], str(document))
    assert rig.comes_to_rest() == {}
    assert rig.events(document)[-4:] == ["uploaded", "classified", "extracted", "indexed"]
    assert rig.events(document).count("reprocess-requested") == 1


def test_a_letter_is_discarded_with_a_reason(rig: Rig, letter: dict[str, Any]) -> None:
    answer = rig.stack.client.post(letter["links"]["discard"], json={"reason": "a test file"})
    assert answer["resolution"] == "discarded"
    assert audited(letter["id"]) == ["dead-letter.discarded"]
    rig.client.reprocess(letter["document_id"], "classify")
    assert rig.comes_to_rest() == {}
