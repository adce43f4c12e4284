"""Rows -> exchange: what a function could not publish, and documents that nothing brings forward any more."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from connector.relay import Relay
from connector.sweeper import Sweeper
from pipeline import broker, database
from pipeline.broker import Control, Delivery, Publisher, Subscriber
from pipeline.envelope import Envelope, render
from pipeline.events import Event
from tests.connectors import ConnectorProcess
from tests.factories import accept, uploaded
from tests.simulated_gateway import SimulatedGateway
from tests.waiting import eventually

LEVELS = (0.2,)
FUNCTIONS = {"classify": ["document.uploaded"], "extract": ["document.classified"], "index": ["document.extracted"]}


@pytest.fixture
def control(vhost: str, database_as: Callable[[str], None]) -> Iterator[Control]:
    """The pipeline's queues, and nobody who consumes them."""
    database_as("docstream_owner")
    control = Control("test-control")
    control.declare(FUNCTIONS, LEVELS)
    yield control
    control.close()


@pytest.fixture
def publisher(control: Control) -> Iterator[Publisher]:
    publisher = Publisher("test-publish")
    eventually(lambda: publisher.link.state == "open")
    yield publisher
    publisher.close()


@pytest.fixture
def relay(publisher: Publisher) -> Relay:
    return Relay(publisher, age=0)


@pytest.fixture
def bodies(control: Control) -> Iterator[Callable[[str], list[bytes]]]:
    """Everything that arrives in a queue, from now on."""
    subscriber = Subscriber("test-consume", lambda: None)
    eventually(lambda: subscriber.link.state == "open")

    def consume(queue: str) -> list[bytes]:
        found: list[bytes] = []

        def keep(delivery: Delivery) -> None:
            found.append(delivery.body)
            delivery.ack()

        subscriber.subscribe(queue, 100, keep)
        return found

    yield consume
    subscriber.close()


def sweeper(publisher: Publisher, control: Control) -> Sweeper:
    return Sweeper(publisher, control, seconds=0, stuck_seconds=0, levels=LEVELS)


def unsent() -> int:
    count: int = database.fetch("SELECT count(*) AS n FROM events WHERE sent_at IS NULL")[0]["n"]
    return count


def accepted(many: int = 1) -> list[Envelope[Event]]:
    envelopes: list[Envelope[Event]] = []
    for _ in range(many):
        envelope = uploaded()
        accept(envelope)
        envelopes.append(envelope)
    return envelopes


def rest(document_id: UUID, interval: str = "1 hour") -> None:
    """Let it look as if nothing had happened to a document, or with its event, for a while."""
    values = {"id": document_id, "interval": interval}
    with database.transaction() as tx:
        tx.execute("UPDATE documents SET updated_at = now() - %(interval)s::interval WHERE id = %(id)s", values)
        tx.execute("UPDATE reemissions SET at = now() - %(interval)s::interval", values)


def test_an_unsent_event_is_relayed_byte_for_byte_and_marked(
    relay: Relay, bodies: Callable[[str], list[bytes]]
) -> None:
    found = bodies("classify")
    envelopes = accepted(3)
    relay.step()
    eventually(lambda: found == [render(each) for each in envelopes])
    assert unsent() == 0


def test_a_young_event_is_left_to_its_function(publisher: Publisher) -> None:
    accepted()
    Relay(publisher, age=60).step()
    assert unsent() == 1


def test_a_relayed_event_is_not_sent_again(relay: Relay, control: Control) -> None:
    accepted()
    relay.step()
    relay.step()
    assert control.depths(["classify"]) == {"classify": 1}


def test_two_relays_send_every_event_once(publisher: Publisher, control: Control) -> None:
    accepted(60)
    relays = [Relay(publisher, age=0), Relay(publisher, age=0)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda relay: [relay.step() for _ in range(3)], relays))
    assert unsent() == 0
    eventually(lambda: control.depths(["classify"]) == {"classify": 60})


def test_unroutable_events_never_hide_later_ones(relay: Relay) -> None:
    """A hundred and more of one type that nobody wants, then one that can be sent."""
    with database.transaction() as tx:
        tx.execute(
            """
            INSERT INTO events (id, document_id, sequence, run, tenant, type, source, schema_version, causation_id,
                                correlation_id, data, occurred_at)
            SELECT gen_random_uuid(), gen_random_uuid(), 1, 1, 'default', 'document.failed', '/functions/compensate',
                   '1.0', 'test', gen_random_uuid(),
                   '{"stage": "s", "code": "c", "reason": "r", "failure_class": "f", "attempts": 1}', now()
            FROM generate_series(1, 150)
            """
        )
    last = accepted()[0]
    eventually(lambda: relay.step() >= 0 and sent(last))
    assert unsent() == 150


def sent(envelope: Envelope[Event]) -> bool:
    return bool(database.fetch("SELECT FROM events WHERE id = %(id)s AND sent_at IS NOT NULL", {"id": envelope.id}))


def test_a_refused_type_is_tried_again_with_one_row(relay: Relay, control: Control) -> None:
    control.unbind("classify", ["document.uploaded"])
    accepted(5)
    relay.step()
    assert unsent() == 5
    control.declare(FUNCTIONS, LEVELS)
    eventually(lambda: relay.step() >= 0 and unsent() == 0)


def test_without_a_broker_the_rows_wait(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_PORT", "1")
    publisher = Publisher("test-publish")
    accepted()
    assert Relay(publisher, age=0).step() == 1.0
    publisher.close()
    assert unsent() == 1


def test_an_erased_event_is_not_sent(relay: Relay, control: Control, database_as: Callable[[str], None]) -> None:
    accepted()
    database_as("docstream_erase")
    with database.transaction() as tx:
        tx.execute("""UPDATE events SET data = '{"erased": true}'""")
    database_as("docstream_owner")
    relay.step()
    assert unsent() == 0
    assert control.depths(["classify"]) == {"classify": 0}


def test_the_connector_relays_by_itself(vhost: str, database_as: Callable[[str], None]) -> None:
    database_as("docstream_owner")
    envelope = accepted()[0]
    with SimulatedGateway() as gateway:
        gateway.deploy("classify", "document.uploaded")
        with ConnectorProcess(gateway.url):
            eventually(lambda: gateway.calls_of("classify"), within=20)
        assert gateway.calls_of("classify")[0].body == render(envelope)
    assert unsent() == 0


def test_a_document_whose_event_was_lost_is_sent_again(
    relay: Relay, publisher: Publisher, control: Control, bodies: Callable[[str], list[bytes]]
) -> None:
    envelope = accepted()[0]
    found = bodies("classify")
    relay.step()
    eventually(lambda: len(found) == 1)
    rest(envelope.subject)
    sweeper(publisher, control).step()
    eventually(lambda: found == [render(envelope)] * 2)


def test_a_waiting_message_is_not_sent_again(relay: Relay, publisher: Publisher, control: Control) -> None:
    envelope = accepted()[0]
    relay.step()
    rest(envelope.subject)
    sweeper(publisher, control).step()
    assert control.depths(["classify"]) == {"classify": 1}


def test_an_unsent_event_is_the_relays(publisher: Publisher, control: Control) -> None:
    envelope = accepted()[0]
    rest(envelope.subject)
    sweeper(publisher, control).step()
    assert control.depths(["classify"]) == {"classify": 0}


def test_patience_with_a_lost_event_doubles(
    relay: Relay, publisher: Publisher, control: Control, bodies: Callable[[str], list[bytes]]
) -> None:
    envelope = accepted()[0]
    found = bodies("classify")
    relay.step()
    rest(envelope.subject)
    patient = Sweeper(publisher, control, seconds=0, stuck_seconds=1_800, levels=LEVELS)
    patient.step()
    eventually(lambda: len(found) == 2)
    patient.step()
    rest(envelope.subject, "20 minutes")
    patient.step()
    assert len(found) == 2


def test_after_three_times_the_compensator_is_told(
    relay: Relay, publisher: Publisher, control: Control, bodies: Callable[[str], list[bytes]]
) -> None:
    envelope = accepted()[0]
    found, dead = bodies("classify"), bodies("compensate")
    relay.step()
    eventually(lambda: len(found) == 1)
    for count in range(3):
        rest(envelope.subject)
        sweeper(publisher, control).step()
        eventually(lambda count=count: len(found) == count + 2)  # type: ignore[misc]
    rest(envelope.subject)
    sweeper(publisher, control).step()
    eventually(lambda: dead == [render(envelope)])
    assert len(found) == 4


def test_a_document_with_an_open_dead_letter_goes_to_the_compensator(
    relay: Relay, publisher: Publisher, control: Control, bodies: Callable[[str], list[bytes]]
) -> None:
    envelope = accepted()[0]
    found, dead = bodies("classify"), bodies("compensate")
    relay.step()
    eventually(lambda: len(found) == 1)
    with database.transaction() as tx:
        tx.execute(
            """
            INSERT INTO dead_letters (id, event_id, function, code, body, headers)
            VALUES (gen_random_uuid(), %(id)s, 'classify', 'corrupt', '', '{}')
            """,
            {"id": envelope.id},
        )
    rest(envelope.subject)
    sweeper(publisher, control).step()
    eventually(lambda: dead == [render(envelope)])


def test_one_sweeper_at_a_time(relay: Relay, publisher: Publisher, control: Control) -> None:
    envelope = accepted()[0]
    relay.step()
    broker_queue = control.depths(["classify"])
    with database.transaction() as tx:
        tx.execute("SELECT pg_advisory_xact_lock(7305118)")
        rest(envelope.subject)
        sweeper(publisher, control).step()
    assert control.depths(["classify"]) == broker_queue


def test_a_parked_message_and_an_old_unsent_event_raise_alarms(
    publisher: Publisher, control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    accepted()
    broker.publish(broker.Message(exchange="", routing_key="parking", body=b"?"))
    with database.transaction() as tx:
        tx.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
        tx.execute("UPDATE events SET recorded_at = now() - interval '2 minutes'")
    eventually(lambda: control.depths(["parking"])["parking"])
    sweeper(publisher, control).step()
    raised: dict[str, Any] = {
        record.__dict__["alarm"]: record.__dict__["what"] for record in caplog.records if "alarm" in record.__dict__
    }
    assert raised.keys() == {"unsent", "parking"}
    assert raised["parking"] == "1 messages"
