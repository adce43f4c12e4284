"""What a function gave up on is kept: listed, shown with its cause, replayed or discarded, and all of it audited."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from local import site
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


REFUSED = "raise:pipeline.errors:Rejected:corrupt:the test refused it"


def refused(rig: Rig) -> str:
    """The id of the dead letter of a document that would not be refused again."""
    rig.plan.order("extract.record.before", REFUSED)
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    (found,) = rig.stack.client.get("/api/dead-letters", document=document, state="open")["dead_letters"]
    return str(found["id"])


def test_many_letters_are_not_replayed_faster_than_the_rate(rig: Rig) -> None:
    letters, rate = {refused(rig) for _ in range(3)}, 2
    asked, began = {"function": "extract", "rate": rate, "dry_run": False, "reason": "mended"}, time.monotonic()
    told = rig.stack.client.post("/api/dead-letters/replay", json=asked)
    assert time.monotonic() - began >= (len(letters) - 1) / rate
    assert {each["id"] for each in told["replayed"]} >= letters
    reasons = "SELECT detail->>'reason' AS reason FROM audit WHERE subject = ANY(%(ids)s)"
    assert database.fetch(reasons, {"ids": list(letters)}) == [{"reason": "mended"}] * 3
    assert rig.comes_to_rest() == {}


def command(rig: Rig, *words: str) -> list[dict[str, Any]]:
    """What docstream dead-letters says as JSON."""
    told = subprocess.run(
        [sys.executable, "-m", "cli", "--json", "dead-letters", *words],
        env={**os.environ, "DOCSTREAM_API_KEY": rig.stack.key, "DOCSTREAM_URL": rig.stack.url},
        cwd=site.REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_the_command_lists_shows_replays_and_discards_and_its_deeds_are_audited(rig: Rig) -> None:
    first, second = refused(rig), refused(rig)
    assert {first, second} <= {each["id"] for each in command(rig, "list", "--function", "extract")}
    assert command(rig, "show", first)[0]["history"][-1]["type"] == "document.failed"
    (dry,) = command(rig, "replay-all", "--function", "extract")
    assert {first, second} <= {each["id"] for each in dry["dead_letters"]}
    assert (audited(first), audited(second)) == ([], [])
    command(rig, "discard", second, "--reason", "a test file")
    command(rig, "replay-all", "--function", "extract", "--send", "--rate", "50", "--reason", "mended")
    assert (audited(first), audited(second)) == (["dead-letter.replayed"], ["dead-letter.discarded"])
    assert rig.comes_to_rest() == {}
    (document,) = {each["document_id"] for each in command(rig, "list", "--all") if each["id"] == second}
    rig.client.reprocess(document, "classify")
    assert rig.comes_to_rest() == {}
