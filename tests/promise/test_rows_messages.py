"""Rows of the fault matrix between broker, connector and gateway: crash loops, zombies, links, a store in trouble."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from pipeline import broker, database, settings
from pipeline.broker import Control
from tests.connectors import ConnectorProcess
from tests.factories import uploaded
from tests.promise.network import Proxy
from tests.simulated_gateway import Call, Reply, SimulatedGateway
from tests.waiting import eventually

MESSAGES = 6


@pytest.fixture
def gateway(vhost: str, database_as: Callable[[str], None]) -> Iterator[SimulatedGateway]:
    database_as("docstream_owner")
    with SimulatedGateway() as gateway:
        gateway.deploy("classify", "document.uploaded", concurrency=str(MESSAGES))
        gateway.deploy("compensate", "document.deleted")
        yield gateway


@contextmanager
def waiting() -> Iterator[Callable[[], int]]:
    """How many messages lie ready in the queues of the two functions."""
    control = Control("test-control")
    yield lambda: sum(control.depths(["classify", "compensate"]).values())
    control.close()


def published(count: int) -> set[str]:
    envelopes = [uploaded() for _ in range(count)]
    for envelope in envelopes:
        broker.publish_event(envelope, timeout=10)
    return {str(envelope.id) for envelope in envelopes}


def acknowledged(connector: ConnectorProcess) -> set[str]:
    return {line["event_id"] for line in connector.actions("ack")}


def test_row_28_a_connector_that_crashes_ten_times_buries_no_bystander(gateway: SimulatedGateway) -> None:
    crashing = True

    def never(_: Call) -> Reply:
        eventually(lambda: not crashing, within=240)
        return Reply()

    def all_called(crashes: int) -> bool:
        return len(gateway.calls_of("classify")) >= crashes * MESSAGES

    gateway.replies["classify"] = never
    with ConnectorProcess(gateway.url) as first:
        first.ready()
    published(MESSAGES)
    for crashes in range(1, 11):
        with ConnectorProcess(gateway.url):
            eventually(partial(all_called, crashes), within=60)
    crashing = False
    with ConnectorProcess(gateway.url) as last, waiting() as ready:
        eventually(lambda: len(acknowledged(last)) == MESSAGES, within=60)
        assert ready() == 0
    assert gateway.calls_of("compensate") == []


def test_row_29_the_acknowledgement_of_a_stopped_connector_that_wakes_is_dropped(gateway: SimulatedGateway) -> None:
    """Its connection is ended as the broker ends one without heartbeats; the message is another one's by then."""
    awake = False

    def late(call: Call) -> Reply:
        eventually(lambda: awake or call.headers["X-Connector"] != "zombie", within=120)
        return Reply()

    gateway.replies["classify"] = late
    with Proxy(settings.broker().host, settings.broker().port) as proxy, waiting() as ready:
        through = {"RABBITMQ_PORT": str(proxy.port), "CONNECTOR_CALL_SECONDS": "120"}
        with ConnectorProcess(gateway.url, CONNECTOR_NAME="zombie", **through) as zombie:
            zombie.ready()
            events = published(MESSAGES)
            eventually(lambda: len(gateway.calls_of("classify")) == MESSAGES, within=30)
            with zombie.stopped(), ConnectorProcess(gateway.url) as second, ConnectorProcess(gateway.url) as third:
                proxy.cut()
                eventually(lambda: acknowledged(second) | acknowledged(third) == events, within=60)
            eventually(lambda: zombie.actions("broker_lost"), within=60)
            awake = True
            eventually(lambda: len(zombie.actions("ack_dropped")) == MESSAGES, within=60)
            eventually(lambda: zombie.is_ready() and ready() == 0, within=60)
    assert len(gateway.calls_of("classify")) == 2 * MESSAGES


@pytest.mark.parametrize("trouble", ["cut", "slow", "pieces", "silence"])
def test_row_23_a_link_in_trouble_delivers_everything(gateway: SimulatedGateway, trouble: str) -> None:
    with (
        Proxy(settings.broker().host, settings.broker().port) as proxy,
        waiting() as ready,
        ConnectorProcess(gateway.url, RABBITMQ_PORT=str(proxy.port)) as connector,
    ):
        connector.ready()
        proxy.latency, proxy.piece = (0.25 if trouble == "slow" else 0.0), (16 if trouble == "pieces" else 65_536)
        if trouble == "silence":
            proxy.silence()
        events = published(MESSAGES)
        if trouble == "cut":
            proxy.cut()
            events |= published(MESSAGES)
        if trouble == "silence":
            proxy.heal()
        eventually(lambda: events <= acknowledged(connector), within=120)
        eventually(lambda: ready() == 0, within=60)


def test_row_44_a_circuit_guards_its_function_also_while_its_store_is_away(gateway: SimulatedGateway) -> None:
    def rows() -> list[dict[str, str]]:
        circuits = "SELECT detail->>'state' AS state FROM audit WHERE action = 'circuit' ORDER BY at"
        return database.fetch(circuits)

    gateway.replies["classify"] = lambda _: Reply(status=502)
    server = settings.postgres()
    with (
        Proxy(server.host, server.port) as proxy,
        ConnectorProcess(gateway.url, PGPORT=str(proxy.port), PGHOST="127.0.0.1") as connector,
    ):
        connector.ready()
        proxy.silence()
        proxy.cut()
        events = published(MESSAGES + 2)
        eventually(lambda: connector.actions("circuit"), within=60)
        assert rows() == []
        gateway.replies["classify"] = lambda _: Reply()
        eventually(lambda: acknowledged(connector) == events, within=60)
        eventually(lambda: connector.states()["classify"] == "consuming", within=60)
        assert rows() == []
        proxy.heal()
        proxy.cut()
        eventually(lambda: {"open", "closed"} <= {row["state"] for row in rows()}, within=120)
