"""Rows of the fault matrix that take a broker of their own, or minutes."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from local.rabbitmq import RabbitMQ
from pipeline import broker, settings
from pipeline.broker import Control, Delivery, Message, Subscriber, delay_exchange
from pipeline.envelope import render
from pipeline.errors import Unavailable
from tests.chaos.brokers import own_broker
from tests.chaos.messages import consuming, publish
from tests.connectors import ConnectorProcess
from tests.factories import uploaded
from tests.promise.network import Proxy
from tests.servers import management
from tests.simulated_gateway import SimulatedGateway
from tests.waiting import eventually

FUNCTIONS = {"classify": ["document.uploaded"], "notify": ["document.*"]}
LEVELS = (1, 20)
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def victim(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with own_broker(tmp_path_factory.mktemp("broker")) as victim:
        yield victim


@pytest.fixture
def control(victim: RabbitMQ, vhost: str) -> Iterator[Control]:
    control = Control("test-control")
    eventually(lambda: declared(control), within=120)
    yield control
    control.close()


def declared(control: Control) -> bool:
    """A broker that has just been killed and started may need some time for its queues."""
    try:
        return bool(control.declare(FUNCTIONS, LEVELS))
    except Unavailable:
        return False


def test_row_14_a_broker_killed_amid_publishing_keeps_all_it_confirmed(control: Control, victim: RabbitMQ) -> None:
    confirmed: set[str | None] = set()
    alive = True

    def publish_on() -> None:
        while alive:
            confirmed.add(publish())

    publishing = threading.Thread(target=publish_on)
    publishing.start()
    eventually(lambda: len(confirmed) > 200, within=60)
    victim.servers[0].kill()
    alive = False
    publishing.join()
    victim.start(lambda _: None)
    with consuming("classify") as found:
        eventually(lambda: confirmed - {None} <= found, within=60)


def test_row_15_a_restart_does_not_stop_the_clock_of_what_is_delayed(control: Control, victim: RabbitMQ) -> None:
    """Not before its time, and soon after it, or after the broker is back."""
    began, level = time.monotonic(), LEVELS[-1]
    message = Message(exchange=delay_exchange(level), routing_key="classify", body=b"{}", message_id="delayed")
    broker.publish(message, timeout=5)
    victim.servers[0].kill()
    victim.start(lambda _: None)
    with consuming("classify") as found:
        eventually(lambda: found, within=60)
        assert time.monotonic() - began > level - 1


def test_row_21_dead_letters_without_a_target_are_kept_until_there_is_one(control: Control, vhost: str) -> None:
    """One that the broker itself makes, and one out of a delay; the broker tries again after three minutes."""
    management("DELETE", f"bindings/{vhost}/e/documents-dlx/q/compensate/dead-letter.%23")
    management("DELETE", f"bindings/{vhost}/e/documents-requeue/q/notify/notify")
    broker.publish(Message(exchange=delay_exchange(1), routing_key="notify", body=b"delayed", message_id="delayed"))
    broker.publish(Message(exchange="documents", routing_key="document.uploaded", body=b"dead", message_id="dead"))
    subscriber = Subscriber("test-crash", lambda: None)
    eventually(lambda: subscriber.link.state == "open", within=30)
    for _ in range(21):
        taken: list[Delivery] = []
        subscription = subscriber.subscribe("classify", 1, taken.append)
        eventually(lambda taken=taken: taken, within=30)  # type: ignore[misc]
        subscription.close()
    subscriber.close()
    with consuming("compensate") as dead, consuming("notify") as delayed:
        eventually(lambda: kept(vhost) == {"classify", "delay.1"}, within=60)
        assert not dead
        control.declare(FUNCTIONS, LEVELS)
        eventually(lambda: "dead" in dead, within=300)
        eventually(lambda: "delayed" in delayed, within=300)


def kept(vhost: str) -> set[str]:
    """The queues that hold messages nobody can be given."""
    queues = management("GET", f"queues/{vhost}").json()
    return {each["name"] for each in queues if each.get("messages", 0)}


def test_row_23_a_connector_notices_a_black_hole_and_goes_on_elsewhere(
    victim: RabbitMQ, vhost: str, database_as: Callable[[str], None]
) -> None:
    """Nothing tells it but the heartbeats that stay away."""
    database_as("docstream_owner")
    with SimulatedGateway() as gateway, Proxy("127.0.0.1", settings.broker().port) as proxy:
        gateway.deploy("classify", "document.uploaded")
        with ConnectorProcess(gateway.url, RABBITMQ_PORT=str(proxy.port)) as connector:
            connector.ready()
            proxy.silence()
            envelope = uploaded()
            broker.publish_event(envelope, timeout=5)
            eventually(lambda: len(connector.actions("broker_lost")) >= 2, within=180)
            proxy.heal()
            eventually(lambda: gateway.calls_of("classify"), within=120)
            assert {call.body for call in gateway.calls_of("classify")} == {render(envelope)}
