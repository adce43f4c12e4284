"""Declarations and questions, over a blocking connection that is opened on demand and dropped on any trouble."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from pika import BlockingConnection, exceptions
from pika.adapters.blocking_connection import BlockingChannel

from ..errors import Unavailable
from .connection import connect
from .topology import declare_topology, depths, unbind_topics

T = TypeVar("T")


class Control:
    """May be used from any thread; one question at a time. Every method raises Unavailable when the broker is away."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._connection: BlockingConnection | None = None

    def declare(self, functions: Mapping[str, Iterable[str]], levels: Sequence[float]) -> list[str]:
        """The names of all queues; raises TopologyMismatch when the broker has something else."""
        return self._ask(lambda channel: declare_topology(channel, functions, levels))

    def unbind(self, function: str, topics: Iterable[str]) -> None:
        self._ask(lambda channel: unbind_topics(channel, function, topics))

    def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """Ready messages per queue; raises Unavailable when one of them is missing."""
        return self._ask(lambda channel: depths(channel, queues))

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _ask(self, question: Callable[[BlockingChannel], T]) -> T:
        with self._lock:
            fresh = self._connection is None
            try:
                return self._once(question)
            except exceptions.ChannelClosedByBroker as error:
                raise Unavailable(error.reply_text) from error
            except (exceptions.AMQPError, OSError) as error:
                self._drop()
                # A connection that slept may have died unnoticed; a new one may not.
                if fresh:
                    raise Unavailable(f"the broker does not answer: {type(error).__name__}") from error
            try:
                return self._once(question)
            except (exceptions.AMQPError, OSError) as error:
                self._drop()
                raise Unavailable(f"the broker does not answer: {type(error).__name__}") from error

    def _once(self, question: Callable[[BlockingChannel], T]) -> T:
        if self._connection is None or not self._connection.is_open:
            self._connection = connect(self._name)
        channel = self._connection.channel()
        try:
            return question(channel)
        finally:
            if channel.is_open:
                channel.close()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except (exceptions.AMQPError, OSError):
                return
