"""Rows of the fault matrix between broker, connector and gateway: crash loops, zombies, links, a store in trouble."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from pipeline import broker, database, settings
from pipeline.broker import Control, Message
from pipeline.envelope import render
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
                # Killed instead, one could take its last acknowledgement along.
                assert (second.terminate(60), third.terminate(60)) == (0, 0)
            eventually(lambda: zombie.actions("broker_lost"), within=60)
            awake = True
            eventually(lambda: len(zombie.actions("ack_dropped")) == MESSAGES, within=60)
            eventually(lambda: zombie.is_ready() and ready() == 0, within=60)
    assert len(gateway.calls_of("classify")) == 2 * MESSAGES


def test_row_33_a_document_that_kills_its_function_leaves_the_others_alone(gateway: SimulatedGateway) -> None:
    poison = uploaded()

    def killed(call: Call) -> Reply:
        watchdog = {"X-OpenFaaS-Internal": "of-watchdog"}
        return Reply(status=500, headers=watchdog) if call.body == render(poison) else Reply()

    gateway.replies["classify"] = killed
    with ConnectorProcess(gateway.url, CONNECTOR_MAX_DEFERS="3") as connector:
        connector.ready()
        broker.publish_event(poison, timeout=10)
        others = published(4 * MESSAGES)
        eventually(lambda: others <= acknowledged(connector) and gateway.calls_of("compensate"), within=60)
        letters = [json.loads(call.body)["data"] for call in gateway.calls_of("compensate")]
    assert [letter["code"] for letter in letters] == ["suspected-poison"]
    assert base64.b64decode(letters[0]["body"]) == render(poison)


def test_row_40_a_replayed_message_that_carries_its_deaths_passes_a_delay_again(gateway: SimulatedGateway) -> None:
    """RabbitMQ 3.10 believes a client's x-death, and would strand the message as a cycle."""
    death = {"queue": "delay.0.1", "reason": "expired", "exchange": "documents-delay-0.1", "count": 1}
    envelope = uploaded()
    gateway.replies["classify"] = lambda _: Reply(status=200 if len(gateway.calls_of("classify")) > 2 else 503)
    with ConnectorProcess(gateway.url) as connector, waiting() as ready:
        connector.ready()
        broker.publish(
            Message(
                exchange=broker.REQUEUE_EXCHANGE,
                routing_key="classify",
                body=render(envelope),
                headers={"x-death": [death | {"routing-keys": ["classify"]}]},
            ),
            timeout=10,
        )
        eventually(lambda: acknowledged(connector) == {str(envelope.id)}, within=60)
        assert ready() == 0


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
