"""RabbitMQ: publish with confirms, consume, declare the topology. This package is the only home of pika.

One I/O thread owns each connection; nothing is opened before the first call.
"""

from .answering import ping
from .confirm import NotPublished
from .connection import Link, connect
from .consumer import Delivery, Subscriber, Subscription
from .control import Control
from .hints import Hints, hints
from .message import Message, event_message, stripped
from .publisher import Publisher, close, publish, publish_event, publish_progress, publisher
from .topology import (
    DEAD_LETTER_EXCHANGE,
    DELAY_LEVELS,
    EVENT_EXCHANGE,
    PARKING_QUEUE,
    REQUEUE_EXCHANGE,
    TopologyMismatch,
    declare_topology,
    delay_exchange,
    depths,
    unbind_topics,
)

__all__ = [
    "DEAD_LETTER_EXCHANGE",
    "DELAY_LEVELS",
    "EVENT_EXCHANGE",
    "PARKING_QUEUE",
    "REQUEUE_EXCHANGE",
    "Control",
    "Delivery",
    "Hints",
    "Link",
    "Message",
    "NotPublished",
    "Publisher",
    "Subscriber",
    "Subscription",
    "TopologyMismatch",
    "close",
    "connect",
    "declare_topology",
    "delay_exchange",
    "depths",
    "event_message",
    "hints",
    "ping",
    "publish",
    "publish_event",
    "publish_progress",
    "publisher",
    "stripped",
    "unbind_topics",
]
