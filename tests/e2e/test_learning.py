"""The running product learns from a user's own documents and corrections, and uses what it learned at once."""

from collections.abc import Callable
from pathlib import Path

import requests

from tests.stack import Json, Stack

LOG = "Ship's log of the Meridian. Wind north-west, force four. Course 210, log reading 418. All well. Watch {}."
LEDGER = "Gravel carrot ledger of the Meridian, {} leaf."
WITHIN = 240


def uploaded(stack: Stack, text: str) -> Json:
    """The document once it is indexed."""
    document = stack.ended(stack.upload(text.encode(), "note.txt")["document_id"], WITHIN)
    assert document["state"] == "indexed"
    return document


def share_of(document: Json, category: str) -> float:
    return next((each["confidence"] for each in document["alternatives"] if each["category"] == category), 0.0)


def corrected(stack: Stack, text: str, category: str) -> None:
    """A document whose category a person put right."""
    document = uploaded(stack, text)["id"]
    answer = requests.patch(
        f"{stack.url}/api/documents/{document}", json={"category": category}, headers=stack.headers, timeout=60
    )
    assert answer.status_code == 202
    assert stack.ended(document, WITHIN)["category"] == category


def test_the_command_teaches_the_running_classifier(
    stack: Stack, docstream: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    corrected(stack, LEDGER.format("first"), "manual")
    (tmp_path / "report").mkdir()
    for number in range(5):
        (tmp_path / "report" / f"log-{number}.txt").write_text(LOG.format(number))
    (tmp_path / "report" / "empty.txt").write_text("")
    before = uploaded(stack, LOG.format("six"))
    code, told = docstream("categories", "train", str(tmp_path), "--no-embedding")
    assert code == 0, told
    version = stack.client.get("/api/categories/models")["models"][0]
    assert f"model {version['version']}: learned from 5 documents" in told
    assert "empty.txt: the file is empty" in told
    try:
        assert share_of(uploaded(stack, LOG.format("seven")), "report") > share_of(before, "report")
        assert share_of(uploaded(stack, LEDGER.format("next")), "manual") > 0.3
        assert (version["documents"], version["withdrawn_at"]) == (5, None)
        assert version["corrections"] >= 1
    finally:
        assert docstream("categories", "withdraw", str(version["version"]))[0] == 0
    assert docstream("categories", "models")[0] == 0


def test_the_command_refuses_a_folder_that_is_no_category(
    docstream: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "song").mkdir()
    (tmp_path / "song" / "one.txt").write_text("la la")
    code, told = docstream("categories", "train", str(tmp_path), "--no-embedding")
    assert (code, "not installed: song" in told) == (2, True)
