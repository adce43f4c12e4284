"""Any number of processes share a queue: each message goes to one of them, none takes more than it can work on, and
functions do not stand in each other's way.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from pipeline import broker, database
from tests.connectors import ConnectorProcess
from tests.factories import uploaded
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.simulated_gateway import Call, Reply, SimulatedGateway
from tests.waiting import eventually

DOCUMENTS = 16
CONNECTORS, WORKERS, ROUNDS = 3, 2, 5
HANDLED = "SELECT connector, handled FROM consumers WHERE function = 'classify' AND handled > 0"
PATIENT = {"CONNECTOR_CALL_SECONDS": "240"}
"""Calls that wait for each other take as long as the machine needs."""
TOO_MANY = Reply(status=429, headers={"X-OpenFaaS-Internal": "faas-middleware"})


def test_two_connectors_share_the_queue_of_a_function(rig: Rig) -> None:
    with rig.another_connector():
        eventually(lambda: rig.consumers("classify") == 2, within=30)
        documents = [rig.client.upload(text(), "notes.txt") for _ in range(DOCUMENTS)]
        assert rig.comes_to_rest() == {}
        eventually(lambda: len(database.fetch(HANDLED)) == 2, within=20)
    assert {tuple(rig.events(document)) for document in documents} == {
        ("uploaded", "classified", "extracted", "indexed")
    }


@pytest.fixture
def gateway(vhost: str, database_as: Callable[[str], None]) -> Iterator[SimulatedGateway]:
    database_as("docstream_owner")
    with SimulatedGateway() as gateway:
        yield gateway


def publish(count: int) -> None:
    for _ in range(count):
        broker.publish_event(uploaded(), timeout=30)


def test_every_connector_gets_its_share_while_all_are_busy(gateway: SimulatedGateway) -> None:
    """In each round every worker of every connector has one message in its hands."""
    slots = CONNECTORS * WORKERS
    everybody, numbers = threading.Barrier(slots, timeout=120), iter(range(1, 1_000))
    gateway.deploy("classify", "document.uploaded", concurrency=str(WORKERS))

    def together(_: Call) -> Reply:
        with gateway.lock:
            number = next(numbers)
        if number <= ROUNDS * slots:
            everybody.wait()
        return Reply()

    gateway.replies["classify"] = together
    with ExitStack() as running:
        connectors = [
            running.enter_context(ConnectorProcess(gateway.url, CONNECTOR_NAME=f"connector-{number}", **PATIENT))
            for number in range(CONNECTORS)
        ]
        for each in connectors:
            each.ready()
        publish(2 * ROUNDS * slots)
        eventually(lambda: sum(len(each.actions("ack")) for each in connectors) == 2 * ROUNDS * slots, within=120)
    calls = gateway.calls_of("classify")
    assert len({call.headers["X-Message-Id"] for call in calls}) == len(calls) == 2 * ROUNDS * slots
    shares = Counter(call.headers["X-Connector"] for call in calls)
    assert len(shares) == CONNECTORS
    assert min(shares.values()) >= ROUNDS * WORKERS


def test_a_slow_function_holds_up_no_fast_one_and_is_not_held_up_by_it(gateway: SimulatedGateway) -> None:
    messages, go_on = 60, threading.Event()
    for name in ("slow", "fast"):
        gateway.deploy(name, "document.uploaded", concurrency=str(WORKERS))

    def slow(_: Call) -> Reply:
        go_on.wait(120)
        return Reply()

    gateway.replies["slow"] = slow
    with ConnectorProcess(gateway.url, **PATIENT) as connector:
        connector.ready()
        publish(messages)
        eventually(lambda: len(connector.actions("ack")) == messages, within=120)
        assert {line["function"] for line in connector.actions("ack")} == {"fast"}
        assert len(gateway.calls_of("slow")) == gateway.running["slow"] == WORKERS
        go_on.set()
        publish(messages)
        eventually(lambda: len(connector.actions("ack")) == 4 * messages, within=120)
    assert len(gateway.calls_of("slow")) == len(gateway.calls_of("fast")) == 2 * messages


def test_a_function_that_is_overloaded_is_called_less_and_then_step_by_step_more(gateway: SimulatedGateway) -> None:
    """All eight calls at once are too many; then one runs at a time, and after ten successes two."""
    most, steps = 8, 10
    all_at_once, two_at_once = threading.Barrier(most, timeout=120), threading.Barrier(2, timeout=120)
    running: list[int] = []
    gateway.deploy("classify", "document.uploaded", concurrency=str(most))

    def limited(_: Call) -> Reply:
        with gateway.lock:
            running.append(gateway.running["classify"])
            number = len(running)
        if number <= most:
            all_at_once.wait()
            return TOO_MANY
        if most + steps < number <= most + steps + 2:
            two_at_once.wait()
        return Reply()

    gateway.replies["classify"] = limited
    with ConnectorProcess(gateway.url, **PATIENT) as connector:
        connector.ready()
        publish(most + steps)
        eventually(lambda: len(connector.actions("ack")) == most + steps, within=120)
        retries = connector.actions("retry")
    assert running[most : most + steps] == [1] * steps
    assert [(line["attempt"], line["defer"]) for line in retries] == [(0, 1)] * most
