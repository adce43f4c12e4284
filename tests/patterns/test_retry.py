"""What may pass later is tried again by the broker, after growing and jittered delays, within two budgets."""

from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

LEVELS = {0.1, 0.3, 1.0}


def retries(rig: Rig, correlation: str) -> list[dict[str, object]]:
    return [line for line in rig.connector_log("retry") if line.get("correlation_id") == correlation]


def test_a_failing_handler_burns_attempts_and_waits_in_the_delay_queues(rig: Rig) -> None:
    place = "classify.look.after"
    rig.plan.order(place, "raise:builtins:RuntimeError:the test broke it")
    document = str(rig.client.upload(text(), "notes.txt"))
    eventually(lambda: rig.plan.fired(place), within=30)
    assert rig.comes_to_rest() == {}
    (tried,) = retries(rig, rig.stack.document(document)["correlation_id"])
    assert (tried["attempt"], tried["defer"], tried["delay_seconds"] in LEVELS) == (1, 0, True)
    assert rig.stack.document(document)["state"] == "indexed"


def test_an_outage_burns_no_attempt(rig: Rig) -> None:
    with rig.plan.with_faults(away="classify"):
        document = str(rig.client.upload(text(), "notes.txt"))
        correlation = rig.stack.document(document)["correlation_id"]
        eventually(lambda: len(retries(rig, correlation)) >= 3, within=30)
    assert rig.comes_to_rest() == {}
    told = retries(rig, correlation)
    assert {each["attempt"] for each in told} == {0}
    assert [each["defer"] for each in told] == list(range(1, len(told) + 1))
    assert rig.stack.document(document)["state"] == "indexed"
