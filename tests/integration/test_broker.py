"""RabbitMQ, as the functions and the connector use it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from local.rabbitmq import USERS
from pipeline import broker
from pipeline.broker import Control, Delivery, Message, NotPublished, Publisher, Subscriber, Subscription
from pipeline.broker import connection as broker_connection
from pipeline.envelope import render
from pipeline.errors import Unavailable
from tests.conftest import management
from tests.factories import uploaded
from tests.waiting import eventually

LEVELS = (0.2, 0.5)
FUNCTIONS = {"classify": ["document.uploaded"], "notify": ["document.*"]}
HEADERS = {"x-attempt": 1}


@pytest.fixture
def control(vhost: str) -> Iterator[Control]:
    """The whole topology, declared."""
    control = Control("test-control")
    control.declare(FUNCTIONS, LEVELS)
    yield control
    control.close()


@pytest.fixture
def subscriber(vhost: str) -> Iterator[Subscriber]:
    subscriber = Subscriber("test-consume", lambda: None)
    eventually(lambda: subscriber.link.state == "open")
    yield subscriber
    subscriber.close()


@pytest.fixture
def received(subscriber: Subscriber) -> Callable[[str], list[Delivery]]:
    """Consume a queue, acknowledge everything, keep it in a list."""

    def consume(queue: str) -> list[Delivery]:
        found: list[Delivery] = []

        def keep(delivery: Delivery) -> None:
            found.append(delivery)
            delivery.ack()

        subscriber.subscribe(queue, 10, keep)
        return found

    return consume


def an_event(routing_key: str = "document.uploaded", **changes: Any) -> Message:
    return Message(
        **({"exchange": "documents", "routing_key": routing_key, "body": b"{}", "message_id": "m"} | changes)
    )


def close_connections(vhost: str, name: str) -> int:
    """Cut the connections of this name as an operator would; the management database lags behind."""
    cut = 0
    for each in management("GET", f"vhosts/{vhost}/connections").json():
        if each.get("client_properties", {}).get("connection_name") == name:
            management("DELETE", f"connections/{quote(each['name'], safe='')}")
            cut += 1
    return cut


def test_the_topology_can_be_declared_again(control: Control) -> None:
    queues = control.declare(FUNCTIONS, LEVELS)
    assert queues == ["classify", "notify", "compensate", "parking", "delay.0.2", "delay.0.5"]


def test_every_durable_queue_is_a_quorum_queue_that_refuses_rather_than_drops(control: Control, vhost: str) -> None:
    queues = {each["name"]: each["arguments"] for each in management("GET", f"queues/{vhost}").json()}
    assert {each["x-queue-type"] for each in queues.values()} == {"quorum"}
    dead_lettering = [each for each in queues.values() if "x-dead-letter-exchange" in each]
    assert len(dead_lettering) == len(queues) - 1
    assert {(each["x-dead-letter-strategy"], each["x-overflow"]) for each in dead_lettering} == {
        ("at-least-once", "reject-publish")
    }


def test_the_rights_of_production_suffice(control: Control, vhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connector declares, parks and consumes; a function publishes and hears hints, and declares nothing else."""
    for user, (_, _, (configure, write, read)) in USERS.items():
        rights = {"configure": configure, "write": write, "read": read}
        management("PUT", f"permissions/{vhost}/{user}", rights)
    monkeypatch.setenv("RABBITMQ_USER", "docstream_connector")
    own = Control("test-rights")
    own.declare(FUNCTIONS, LEVELS)
    publisher = Publisher("test-rights")
    publisher.publish(an_event("parking", exchange=""), timeout=30)
    publisher.publish(an_event("classify", exchange=broker.delay_exchange(0.2)), timeout=30)
    publisher.publish(an_event("dead-letter.classify", exchange="documents-dlx"), timeout=30)
    publisher.close()
    own.close()
    monkeypatch.setenv("RABBITMQ_USER", "docstream")
    heard: list[str] = []
    hints = broker.hints(lambda event_id, *_: heard.append(event_id))
    eventually(lambda: broker.publish(an_event()) or heard)  # type: ignore[func-returns-value]
    hints.close()
    refused = Control("test-function")
    with pytest.raises(broker.TopologyMismatch, match="ACCESS_REFUSED"):
        refused.declare(FUNCTIONS, LEVELS)
    refused.close()


def test_a_queue_with_other_arguments_is_reported_and_not_used(control: Control, vhost: str) -> None:
    management("DELETE", f"queues/{vhost}/classify")
    management("PUT", f"queues/{vhost}/classify", {"durable": True, "arguments": {"x-queue-type": "classic"}})
    with pytest.raises(broker.TopologyMismatch, match="classify"):
        control.declare(FUNCTIONS, LEVELS)


def test_row_19_a_removed_binding_comes_back_with_the_next_declaration(control: Control, vhost: str) -> None:
    management("DELETE", f"bindings/{vhost}/e/documents/q/classify/document.uploaded")
    management("DELETE", f"bindings/{vhost}/e/documents/q/notify/document.%2A")
    with pytest.raises(NotPublished):
        broker.publish(an_event())
    control.declare(FUNCTIONS, LEVELS)
    broker.publish(an_event())


def test_a_question_about_a_missing_queue_is_answered_and_the_next_one_too(control: Control) -> None:
    with pytest.raises(Unavailable, match="nothing-here"):
        control.depths(["nothing-here"])
    assert control.depths(["classify"]) == {"classify": 0}


def test_an_event_arrives_as_it_was_rendered(control: Control, received: Callable[[str], list[Delivery]]) -> None:
    envelope, found = uploaded(), received("classify")
    broker.publish_event(envelope)
    eventually(lambda: found)
    assert found[0].body == render(envelope)
    assert (found[0].message_id, found[0].correlation_id) == (str(envelope.id), str(envelope.correlation_id))
    assert found[0].headers["ce-type"] == found[0].type == "docstream.document.uploaded.v1"


def test_an_event_that_no_queue_wants_is_not_published(control: Control) -> None:
    with pytest.raises(NotPublished, match="NO_ROUTE") as caught:
        broker.publish(an_event("nothing.wants.this"))
    assert caught.value.refused


def test_only_the_unroutable_one_of_a_batch_fails(control: Control) -> None:
    keys = ["document.uploaded", "nothing.wants.this"] * 20
    answers = [broker.publisher().submit(an_event(key)) for key in keys]
    failed = [answer.exception(timeout=30) is not None for answer in answers]
    assert failed == [key == "nothing.wants.this" for key in keys]


def test_row_17_a_full_queue_refuses(control: Control, vhost: str) -> None:
    policy = {"pattern": "^classify$", "definition": {"max-length": 1}, "apply-to": "queues"}
    management("PUT", f"policies/{vhost}/short", policy)

    def refused() -> bool:
        try:
            broker.publish(an_event())
        except NotPublished as error:
            return error.refused
        return False

    eventually(refused)


def test_row_17_after_a_refusal_a_publisher_goes_on_over_another_channel(control: Control, vhost: str) -> None:
    """Whatever it has sent is answered first, and what others want to send meanwhile is sent."""
    policy = {"pattern": "^classify$", "definition": {"max-length": 1}, "apply-to": "queues"}
    management("PUT", f"policies/{vhost}/short", policy)
    eventually(lambda: any(each.refused for each in refusals(20)), within=60)
    management("DELETE", f"policies/{vhost}/short")
    eventually(lambda: not refusals(1), within=60)
    assert refusals(200) == []


def refusals(count: int) -> list[NotPublished]:
    """What became of so many events sent at once."""
    answers = [broker.publisher().submit(an_event()) for _ in range(count)]
    errors = [answer.exception(timeout=60) for answer in answers]
    return [error for error in errors if isinstance(error, NotPublished)]


def test_a_missing_exchange_does_not_stop_the_next_publish(control: Control) -> None:
    with pytest.raises(NotPublished, match="NOT_FOUND"):
        broker.publish(an_event(exchange="nothing-here"))
    broker.publish(an_event())


def test_a_publish_without_a_broker_fails_at_once(vhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_PORT", "1")
    publisher = Publisher("test-publish")
    eventually(lambda: publisher.link.state == "lost")
    with pytest.raises(NotPublished, match="no connection"):
        publisher.publish(an_event())
    publisher.close()


def test_publishing_goes_on_after_the_connection_was_cut(control: Control, vhost: str) -> None:
    broker.publish(an_event())
    eventually(lambda: close_connections(vhost, "docstream-publisher"), within=20)

    def published() -> bool:
        try:
            broker.publish(an_event())
        except NotPublished:
            return False
        return True

    eventually(published)
    assert broker.publisher().link.reconnects >= 1


def test_many_threads_share_one_connection(control: Control, received: Callable[[str], list[Delivery]]) -> None:
    found = received("classify")

    def publish() -> None:
        for _ in range(20):
            broker.publish(an_event(), timeout=10)

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: len(found) == 160)


def test_progress_never_fails(vhost: str) -> None:
    broker.publish_progress(uploaded().subject, b"{}")


def test_a_delayed_message_comes_back_in_time_to_its_own_queue_with_its_body(
    control: Control, received: Callable[[str], list[Delivery]]
) -> None:
    found, others = received("classify"), received("notify")
    waiting = threading.Event()
    body = bytes(range(256))
    broker.publish(an_event("classify", exchange=broker.delay_exchange(0.5), body=body, headers=HEADERS))
    assert not waiting.wait(0.3)
    assert not found
    eventually(lambda: found, within=30)
    assert (found[0].body, found[0].headers["x-attempt"], found[0].message_id) == (body, 1, "m")
    assert not others


def test_a_dead_letter_reaches_the_compensator(control: Control, received: Callable[[str], list[Delivery]]) -> None:
    found = received("compensate")
    broker.publish(an_event("dead-letter.classify", exchange="documents-dlx", body=b"dead"))
    eventually(lambda: found)
    assert (found[0].routing_key, found[0].body) == ("dead-letter.classify", b"dead")


def test_what_is_delivered_too_often_becomes_a_dead_letter(
    control: Control, subscriber: Subscriber, received: Callable[[str], list[Delivery]]
) -> None:
    """Twenty deliveries that a crashing consumer never answers."""
    found = received("compensate")
    broker.publish(an_event())
    for _ in range(21):
        taken: list[Delivery] = []
        subscription = subscriber.subscribe("classify", 1, taken.append)
        eventually(lambda taken=taken: taken)  # type: ignore[misc]
        subscription.close()
    eventually(lambda: found)
    assert found[0].routing_key == "dead-letter.classify"


def test_an_acknowledgement_of_a_dead_channel_is_dropped(control: Control, subscriber: Subscriber) -> None:
    taken: list[Delivery] = []
    broker.publish(an_event())
    subscription = subscriber.subscribe("classify", 1, taken.append)
    eventually(lambda: taken)
    subscription.close()
    again = subscriber.subscribe("classify", 1, taken.append)
    eventually(lambda: len(taken) == 2)
    taken[0].ack()
    taken[1].ack()
    again.close()
    eventually(lambda: control.depths(["classify"]) == {"classify": 0})
    assert taken[1].redelivered


def test_acknowledgements_of_many_threads_all_arrive(control: Control, subscriber: Subscriber) -> None:
    taken: list[Delivery] = []
    with ThreadPoolExecutor(8) as threads:

        def take(delivery: Delivery) -> None:
            threads.submit(delivery.ack)
            taken.append(delivery)

        subscription = subscriber.subscribe("classify", 50, take)
        for _ in range(200):
            broker.publish(an_event())
        eventually(lambda: len(taken) == 200)
    subscription.close()
    given_back: list[Delivery] = []
    eventually(lambda: subscription.state == "lost")
    broker.publish(an_event(body=b"last"))
    subscriber.subscribe("classify", 50, given_back.append)
    eventually(lambda: given_back)
    assert [each.body for each in given_back] == [b"last"]


def test_a_deleted_queue_cancels_its_consumer(control: Control, subscriber: Subscriber, vhost: str) -> None:
    subscription = subscriber.subscribe("classify", 1, lambda _: None)
    eventually(lambda: subscription.state == "consuming")
    management("DELETE", f"queues/{vhost}/classify")
    eventually(lambda: subscription.by_broker)


def test_a_cut_connection_loses_its_subscriptions(control: Control, subscriber: Subscriber, vhost: str) -> None:
    subscription: Subscription = subscriber.subscribe("classify", 1, lambda _: None)
    eventually(lambda: subscription.state == "consuming")
    eventually(lambda: close_connections(vhost, "test-consume"), within=20)
    eventually(lambda: subscription.state == "lost")
    eventually(lambda: subscriber.link.state == "open")


def test_hints_tell_of_events_and_of_progress(control: Control) -> None:
    heard: list[tuple[str, str, bytes]] = []
    hints = broker.hints(lambda *hint: heard.append(hint))
    envelope = uploaded()

    def told() -> bool:
        broker.publish_event(envelope)
        broker.publish_progress(envelope.subject, b"half")
        return len({key for _, key, _ in heard}) == 2

    eventually(told)
    hints.close()
    assert (str(envelope.id), "document.uploaded", render(envelope)) in heard
    assert ("", f"progress.{envelope.subject}", b"half") in heard


def test_hints_begin_once_the_exchange_exists(vhost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    hints = broker.hints(lambda event_id, *_: heard.append(event_id))
    eventually(lambda: hints.link.state == "open")
    connection = broker_connection.connect("test-late")
    broker.declare_topology(connection.channel(), FUNCTIONS, LEVELS)
    connection.close()

    def told() -> bool:
        broker.publish_event(uploaded())
        return bool(heard)

    eventually(told)
    hints.close()
