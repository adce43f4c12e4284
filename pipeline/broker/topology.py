"""Exchanges, queues and bindings: what correctness needs is an argument, what may be tuned is a policy.

documents            topic    events
documents-dlx        topic    dead letters, key dead-letter.<function>
documents-requeue    direct   every function queue under its own name
documents-delay-<t>  fanout   one level; its queue delay.<t> hands a message back to documents-requeue after t seconds
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pika import exceptions

EVENT_EXCHANGE = "documents"
DEAD_LETTER_EXCHANGE = "documents-dlx"
REQUEUE_EXCHANGE = "documents-requeue"
COMPENSATE_QUEUE = "compensate"
PARKING_QUEUE = "parking"
DELAY_LEVELS: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60, 120, 300, 900)

QUORUM = {"x-queue-type": "quorum"}
# The default strategy drops a dead letter when its target does not confirm, and needs reject-publish to be effective.
SAFE = {**QUORUM, "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
WORK_DELIVERIES = 20
# -1 means "gone after the first delivery" on RabbitMQ 3.10.
UNLIMITED_DELIVERIES = 1_000_000


class TopologyMismatch(Exception):
    """A queue or exchange exists with other arguments, or may not be declared; the message says which."""


def delay_exchange(level: float) -> str:
    return f"{EVENT_EXCHANGE}-delay-{level:g}"


def delay_queue(level: float) -> str:
    return f"delay.{level:g}"


def declare_topology(
    channel: Any, functions: Mapping[str, Iterable[str]], levels: Sequence[float] = DELAY_LEVELS
) -> list[str]:
    """Declare everything and check that it is there; functions maps a name to its topics. Returns the queue names.

    Idempotent. Raises TopologyMismatch when the broker has something else under one of the names.
    """
    try:
        _declare_exchanges(channel, levels)
        _declare_failure_queues(channel)
        for level in levels:
            _declare_delay(channel, level)
        for name, topics in functions.items():
            _declare_function(channel, name, topics)
        queues = [*dict.fromkeys([*functions, COMPENSATE_QUEUE, PARKING_QUEUE]), *map(delay_queue, levels)]
        depths(channel, queues)
    except exceptions.ChannelClosedByBroker as error:
        raise TopologyMismatch(error.reply_text) from error
    return queues


def _declare_exchanges(channel: Any, levels: Sequence[float]) -> None:
    kinds = {EVENT_EXCHANGE: "topic", DEAD_LETTER_EXCHANGE: "topic", REQUEUE_EXCHANGE: "direct"}
    for name, kind in {**kinds, **{delay_exchange(level): "fanout" for level in levels}}.items():
        channel.exchange_declare(name, exchange_type=kind, durable=True)


def _declare_failure_queues(channel: Any) -> None:
    _declare_queue(channel, PARKING_QUEUE, {**QUORUM, "x-delivery-limit": UNLIMITED_DELIVERIES})
    to_parking = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": PARKING_QUEUE}
    _declare_queue(channel, COMPENSATE_QUEUE, {**SAFE, "x-delivery-limit": UNLIMITED_DELIVERIES, **to_parking})
    channel.queue_bind(COMPENSATE_QUEUE, DEAD_LETTER_EXCHANGE, "dead-letter.#")
    channel.queue_bind(COMPENSATE_QUEUE, EVENT_EXCHANGE, "document.deleted")
    channel.queue_bind(COMPENSATE_QUEUE, REQUEUE_EXCHANGE, COMPENSATE_QUEUE)


def _declare_delay(channel: Any, level: float) -> None:
    hop = {"x-message-ttl": int(level * 1000), "x-dead-letter-exchange": REQUEUE_EXCHANGE}
    _declare_queue(channel, delay_queue(level), {**SAFE, **hop})
    channel.queue_bind(delay_queue(level), delay_exchange(level))


def _declare_function(channel: Any, name: str, topics: Iterable[str]) -> None:
    """The queue compensate has its own rules, whatever its function's annotation says."""
    if name == COMPENSATE_QUEUE:
        return
    dead = {"x-dead-letter-exchange": DEAD_LETTER_EXCHANGE, "x-dead-letter-routing-key": f"dead-letter.{name}"}
    _declare_queue(channel, name, {**SAFE, "x-delivery-limit": WORK_DELIVERIES, **dead})
    for topic in topics:
        channel.queue_bind(name, EVENT_EXCHANGE, topic)
    channel.queue_bind(name, REQUEUE_EXCHANGE, name)


def _declare_queue(channel: Any, name: str, arguments: Mapping[str, Any]) -> None:
    channel.queue_declare(name, durable=True, arguments=dict(arguments))


def unbind_topics(channel: Any, name: str, topics: Iterable[str]) -> None:
    """A function no longer wants these topics."""
    for topic in topics:
        channel.queue_unbind(name, EVENT_EXCHANGE, topic)


def depths(channel: Any, queues: Iterable[str]) -> dict[str, int]:
    """Ready messages per queue; a missing queue closes the channel."""
    return {name: channel.queue_declare(name, passive=True).method.message_count for name in queues}
