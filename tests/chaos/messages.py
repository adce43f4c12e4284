"""What goes into a broker, and what comes out."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline import broker
from pipeline.broker import Delivery, NotPublished, Subscriber
from tests.factories import uploaded
from tests.waiting import eventually


def publish() -> str | None:
    """The id of one event more, None when the broker did not confirm it."""
    envelope = uploaded()
    try:
        broker.publish_event(envelope, timeout=5)
    except NotPublished:
        return None
    return str(envelope.id)


@contextmanager
def consuming(queue: str) -> Iterator[set[str | None]]:
    """The ids of what a queue gives, acknowledged."""
    found: set[str | None] = set()

    def take(delivery: Delivery) -> None:
        found.add(delivery.message_id)
        delivery.ack()

    subscriber = Subscriber("test-consume", lambda: None)
    eventually(lambda: subscriber.link.state == "open", within=60)
    subscriber.subscribe(queue, 50, take)
    yield found
    subscriber.close()
