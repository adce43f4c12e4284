"""What fails again and again is left alone: messages wait in their queue, and it is tried one by one.

A function that is away, and the servers behind the functions, cut off one after the other under load.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from pipeline import database
from tests.language_model import said, scripted
from tests.promise.checker import check
from tests.promise.client import broken, text
from tests.promise.links import linked_product
from tests.promise.network import Proxy
from tests.promise.rig import Rig
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
RESTING = ("open", "half-open")
DOCUMENTS = 8
WAITING = {"object-store": "classify", "search": "index", "postgresql": "classify"}
"""The function whose messages wait while this server is cut off."""
STATES = """
    SELECT detail->>'state' AS state FROM audit
    WHERE action = 'circuit' AND subject = %(subject)s AND id > %(after)s
      AND detail->>'state' IN ('open', 'half-open', 'closed') -- and not what an operator did
    ORDER BY id
"""
LAST = "SELECT coalesce(max(id), 0) AS id FROM audit"
Linked = tuple[Rig, Mapping[str, Proxy]]


def last_of_audit() -> int:
    return int(database.fetch(LAST)[0]["id"])


def closed(subject: str, before: int) -> list[str]:
    """The states the circuit went through, once it is closed."""
    told = [row["state"] for row in database.fetch(STATES, {"subject": subject, "after": before})]
    return told if told and told[-1] == "closed" else []


@pytest.mark.parametrize("function", ["classify", "extract", "index", "notify", "compensate"])
def test_an_open_circuit_leaves_the_queue_alone_is_seen_and_closes_by_itself(rig: Rig, function: str) -> None:
    before, fails = last_of_audit(), function == "compensate"
    with rig.plan.with_faults(away=function):
        documents = [rig.client.upload(broken() if fails else text(), "notes") for _ in range(10)]
        eventually(lambda: rig.function_states()[function] in RESTING, within=60)
        eventually(lambda: rig.metric("docstream_connector_paused", function=function) == 1, within=60)
    assert rig.comes_to_rest() == {}
    eventually(lambda: rig.function_states()[function] == "consuming", within=30)
    expected = ["uploaded", "failed"] if fails else INDEXED
    assert [document for document in documents if rig.events(document) != expected] == []
    told = eventually(lambda: closed(function, before), within=30)
    assert (told[0], told[-1]) == ("open", "closed")
    assert "half-open" in told


@pytest.fixture(scope="module")
def linked(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linked]:
    """A product of its own, and its links to its servers by the names of their circuits."""
    with (
        scripted(lambda _: said({"category": "other", "reason": "the test says so"})) as model,
        linked_product(tmp_path_factory.mktemp("linked"), model) as linked,
    ):
        yield linked


@contextmanager
def under_load(rig: Rig, function: str) -> Iterator[None]:
    """Some documents wait for the function when the block begins, others are uploaded during it; all of them end."""
    rig.pause(function)
    documents = [rig.client.upload(text(), "notes.txt") for _ in range(DOCUMENTS)]
    eventually(lambda: rig.ready(function) == DOCUMENTS, within=60)
    with ThreadPoolExecutor(2) as pool:
        late = [pool.submit(rig.client.upload, text(), "notes.txt") for _ in range(2)]
        yield
        # Who lost patience was told nothing, and the checker looks after it.
        documents += [document for upload in late if (document := upload.result())]
    assert rig.comes_to_rest(120) == {}
    assert [document for document in documents if rig.events(document) != INDEXED] == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("server", WAITING)
def test_a_server_that_is_cut_off_under_load_is_left_alone_and_its_function_waits(linked: Linked, server: str) -> None:
    (rig, links), function, before = linked, WAITING[server], last_of_audit()
    settled = len(rig.connector_log("retry"))
    with under_load(rig, function):
        links[server].refuse()
        rig.resume(function)
        eventually(lambda: rig.function_states()[function] in RESTING, within=60)
        eventually(lambda: seen(rig, server, function), within=120)
        one_probe_at_a_time(rig, function)
        eventually(lambda: rig.ready(function) >= DOCUMENTS - 1, within=60)
        links[server].heal()
    eventually(lambda: rig.not_running() == [], within=60)
    for subject in (server, function):
        told = eventually(lambda subject=subject: closed(subject, before), within=60)  # type: ignore[misc]
        assert told[0] == "open"
    assert {line["attempt"] for line in rig.connector_log("retry")[settled:]} == {0}
    assert rig.stack.client.get("/api/operations")["breakers"] == [
        {"name": name, "state": "closed", "opened_at": None}
        for name in ("object-store", "ollama", "postgresql", "search")
    ]


def seen(rig: Rig, server: str, function: str) -> bool:
    """By the operator, who cannot ask while PostgreSQL is away: then the metrics of the connector show its circuit."""
    if server == "postgresql":
        return rig.metric("docstream_dependency_open", dependency=server) == 1
    shown = rig.stack.client.get("/api/operations")
    breakers = {each["name"]: each["state"] for each in shown["breakers"]}
    consumers = {each["function"]: each["state"] for each in shown["consumers"]}
    return breakers[server] in RESTING and consumers[function] in RESTING


def one_probe_at_a_time(rig: Rig, function: str) -> None:
    """While a probe takes its time no other call runs."""
    place = f"connector.call:{function}"

    def running() -> int:
        began = rig.plan.passes(f"{place}.before")
        return began - rig.plan.passes(f"{place}.after")

    def probing() -> int:
        calls = running()
        assert calls <= 1
        if not calls and rig.plan.fired(f"{place}.before"):
            rig.plan.order(f"{place}.before", "wait:1")
        return calls

    eventually(lambda: running() == 0, within=60)
    for calls in (1, 0, 1, 0):
        eventually(lambda calls=calls: probing() == calls, within=60)  # type: ignore[misc]
    rig.plan.cancel(f"{place}.before")


def vague() -> bytes:
    """What may be many things, so that a model is asked."""
    text = "Name of the boat. Results of the survey. Please find enclosed. Skills and experience."
    return f"{text} Quill {uuid4()}".encode()


def classified(rig: Rig) -> dict[str, Any]:
    document = str(rig.client.upload(vague(), "notes.txt"))
    assert rig.comes_to_rest() == {}
    return rig.stack.document(document)


def test_a_model_server_that_is_cut_off_is_left_alone_and_no_document_waits_for_it(linked: Linked) -> None:
    (rig, links), before = linked, last_of_audit()
    assert classified(rig)["category_method"] == "llm"
    links["ollama"].refuse()
    eventually(lambda: (classified(rig), model_circuit(rig) in RESTING)[1], within=120)
    document = classified(rig)
    assert (document["state"], document["category_method"]) == ("indexed", "rules+words")
    assert "llm-unavailable" in [warning["code"] for warning in document["warnings"]]
    assert rig.not_running() in ([], ["ollama"])
    links["ollama"].heal()
    eventually(lambda: classified(rig)["category_method"] == "llm", within=120)
    assert model_circuit(rig) == "closed"
    assert closed("ollama", before)[0] == "open"


def model_circuit(rig: Rig) -> str:
    (state,) = [
        each["state"] for each in rig.stack.client.get("/api/operations")["breakers"] if each["name"] == "ollama"
    ]
    return str(state)


def test_the_promise_is_kept_after_all_of_it(linked: Linked) -> None:
    assert check(linked[0].evidence(within=60)) == []
