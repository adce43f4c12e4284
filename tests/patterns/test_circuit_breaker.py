"""A function that fails again and again is left alone: its messages wait in their queue, and it is tried one by one."""

from pipeline import database
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

STATES = """
    SELECT detail->>'state' AS state FROM audit
    WHERE action = 'circuit' AND subject = 'classify' AND id > %(after)s ORDER BY id
"""
LAST = "SELECT coalesce(max(id), 0) AS id FROM audit"


def test_an_open_circuit_leaves_the_queue_alone_is_seen_and_closes_by_itself(rig: Rig) -> None:
    before = database.fetch(LAST)[0]["id"]
    with rig.plan.with_faults(away="classify"):
        documents = [rig.client.upload(text(), "notes.txt") for _ in range(10)]
        eventually(lambda: rig.function_states()["classify"] in ("open", "half-open"), within=30)
        assert rig.metric("docstream_connector_paused", function="classify") == 1
    assert rig.comes_to_rest() == {}
    eventually(lambda: rig.function_states()["classify"] == "consuming", within=30)
    assert {tuple(rig.events(document)) for document in documents} == {
        ("uploaded", "classified", "extracted", "indexed")
    }
    told = eventually(lambda: closed(before), within=30)
    assert (told[0], told[-1]) == ("open", "closed")
    assert "half-open" in told


def closed(before: int) -> list[str]:
    """The states the circuit went through, once it is closed."""
    told = [row["state"] for row in database.fetch(STATES, {"after": before})]
    return told if told and told[-1] == "closed" else []
