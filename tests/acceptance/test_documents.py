"""A document on its way through the deployed functions, and what strangers and mistakes are answered."""

from collections.abc import Iterator
from http.client import HTTPResponse
from uuid import uuid4

import pytest

from tests.acceptance.installation import DEPLOY_SECONDS, Installation
from tests.acceptance.slow_upload import SlowUpload
from tests.waiting import eventually

STEPS = ["document.uploaded", "document.classified", "document.extracted", "document.indexed"]
MEGABYTE = 1_000_000


def test_an_upload_is_found_by_keyword_by_meaning_and_by_both(installation: Installation) -> None:
    word = f"tramontane{uuid4().hex[:8]}"
    (identity,) = installation.upload(f"The {word} is a cold wind that blows from the mountains to the sea.")
    assert installation.ended(identity)["state"] == "indexed"
    assert installation.history(identity) == STEPS
    assert installation.found(word, "keyword") == [identity]
    assert identity in installation.found(f"chilly gust of air from the hills {word}", "semantic")
    assert identity in installation.found(f"{word} wind", "hybrid")


def test_a_hundred_megabytes_pass_the_gateway(installation: Installation) -> None:
    line = b"A line of a very long protocol that says nothing new at all.\n" * 1000

    def body() -> Iterator[bytes]:
        yield f"{uuid4()}\n".encode()
        for _ in range(100 * MEGABYTE // len(line)):
            yield line

    answer = installation.api("POST", "/api/upload", data=body(), headers={"X-Filename": "protocol.txt"})
    assert answer.status_code == 202, answer.text
    identity = answer.json()["document_id"]
    assert installation.document(identity)["size"] > 99 * MEGABYTE
    assert installation.api("DELETE", f"/api/documents/{identity}").status_code == 202
    eventually(lambda: installation.document(identity)["state"] == "deleted", within=60)


def test_calls_above_max_inflight_are_refused_by_the_watchdog_until_one_ends(installation: Installation) -> None:
    with installation.deployed_with("upload", max_inflight="1"):
        # On Kubernetes the process without this limit answers until the new one is there.
        (refused,) = eventually(lambda: the_refused_of_two(installation), within=DEPLOY_SECONDS)
        assert refused.headers["X-OpenFaaS-Internal"] == "faas-middleware"
        eventually(lambda: installation.ready("upload").ok, within=60)


def the_refused_of_two(installation: Installation) -> list[HTTPResponse]:
    """Whichever comes first takes the only place; nothing where both found one."""
    with SlowUpload(installation) as first, SlowUpload(installation) as second:
        answers = sorted([second.finish(), first.finish()], key=lambda answer: answer.status)
    return answers[1:] if [answer.status for answer in answers] == [202, 429] else []


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("GET", "/api/documents/00000000-0000-4000-8000-000000000000", {}, 404, "not-found"),
        ("GET", "/api/search", {"params": {"q": "x", "mode": "magic"}}, 400, None),
        ("POST", "/api/upload", {"data": b"MZ\x90\x00" + bytes(200), "headers": {"X-Filename": "a.exe"}}, 415, None),
        ("GET", "/api/documents", {"headers": {"Authorization": "Bearer dsk_nobody"}}, 401, "unauthorized"),
    ],
    ids=["unknown", "invalid", "unsupported", "stranger"],
)
def test_a_refusal_arrives_whole_with_its_code_and_its_headers(
    installation: Installation, method: str, path: str, options: dict[str, object], status: int, code: str | None
) -> None:
    answer = installation.api(method, path, **options)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Call-Id"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    problem = answer.json()
    assert (problem["status"], bool(problem["detail"])) == (status, True)
    assert problem["code"] == code or code is None


@pytest.mark.parametrize("name", ["classify", "extract", "index", "notify", "compensate"])
def test_the_open_gateway_lets_no_stranger_invent_an_event(installation: Installation, name: str) -> None:
    answer = installation.function(name, method="POST", data=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    forged = {"X-Docstream-Timestamp": "1700000000", "X-Docstream-Signature": "sha256=" + "0" * 64}
    answer = installation.function(name, method="POST", data=b"{}", headers=forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
