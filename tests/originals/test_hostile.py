"""Real broken and malicious files, named by CORPUS, end as its manifest expects; the good ones among them are unharmed.

A manifest line names the file below CORPUS and what to expect: reject (refused at the door, or failed with a code),
process (indexed with text), degraded (indexed with a warning), either (any of these).
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Json, Stack
from tests.e2e.test_pipeline import invoice

CORPUS = Path(os.environ["CORPUS"])
MANIFEST: list[dict[str, Any]] = [
    json.loads(line) for line in (CORPUS / "hostile" / "manifest.jsonl").read_text().splitlines()
]
WITHIN = 300


def offer(stack: Stack, path: Path) -> requests.Response:
    headers = stack.headers | {"X-Filename": path.name}
    url = f"{stack.url}/api/upload?duplicates=allow"
    with path.open("rb") as file:
        return requests.post(url, data=file, headers=headers, timeout=120)


@pytest.fixture(scope="module")
def outcomes(stack: Stack) -> dict[str, Json]:
    """What became of each file: {state, code, warnings, text}, and of good documents sent in between."""
    answers = {each["file"]: offer(stack, CORPUS / each["file"]) for each in MANIFEST}
    answers |= {f"good-{each}": stack_upload(stack) for each in range(3)}
    return {name: outcome(stack, answer) for name, answer in answers.items()}


def stack_upload(stack: Stack) -> requests.Response:
    headers = stack.headers | {"X-Filename": "good.pdf"}
    return requests.post(f"{stack.url}/api/upload", data=invoice(), headers=headers, timeout=60)


def outcome(stack: Stack, answer: requests.Response) -> Json:
    if answer.status_code != 202:
        return {"state": "refused", "status": answer.status_code, "code": answer.json()["code"]}
    document = stack.ended(answer.json()["document_id"], WITHIN)
    text = ""
    if document["state"] == "indexed":
        text = requests.get(f"{stack.url}/api/documents/{document['id']}/text", headers=stack.headers, timeout=30).text
    code = document["failure"] and document["failure"]["code"]
    return {"state": document["state"], "code": code, "warnings": document["warnings"], "text": text}


@pytest.mark.parametrize("each", MANIFEST, ids=lambda each: str(each["file"]))
def test_a_hostile_file_ends_as_expected(outcomes: dict[str, Json], each: dict[str, Any]) -> None:
    seen = outcomes[each["file"]]
    refused = seen["state"] == "failed" or (seen["state"] == "refused" and 400 <= seen["status"] < 500)
    indexed = seen["state"] == "indexed"
    assert refused or indexed
    assert not refused or seen["code"]
    if each["expect"] == "reject":
        assert refused, seen
    elif each["expect"] == "process":
        assert indexed, seen
        assert seen["text"].strip()
    elif each["expect"] == "degraded":
        assert indexed, seen
        assert seen["warnings"]
    if indexed and each.get("text_contains"):
        assert each["text_contains"] in seen["text"]


def test_the_good_documents_among_them_are_unharmed(outcomes: dict[str, Json]) -> None:
    assert {outcomes[f"good-{each}"]["state"] for each in range(3)} == {"indexed"}
