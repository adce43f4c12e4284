"""Publish with confirms from any thread over one connection of the process."""

import functools
import threading
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from .. import settings
from ..envelope import Envelope
from ..events import Event
from .confirm import Pending, settle
from .connection import Link
from .message import Message, event_message
from .topology import EVENT_EXCHANGE

CONFIRM_SECONDS = 1.0
LAST_ANSWERS_SECONDS = 1.0


class Publisher:
    """Pipelines any number of publishes; each has a future that holds the broker's answer."""

    def __init__(self, name: str) -> None:
        self.link = Link(name, on_open=self._connected, on_lost=self._lost)
        self._channel: Any = None
        self._doubted = False
        self._tag = 0
        self._pending: dict[int, Pending] = {}
        self._waiting: list[Pending] = []
        self.link.start()

    def submit(self, message: Message) -> Future[None]:
        """Fails with NotPublished; a future cancelled in time is never sent."""
        pending = Pending(message)
        if self.link.state in ("lost", "closed"):
            pending.fail(f"no connection ({self.link.state})")
        elif self.link.blocked:
            pending.fail("the broker blocks publishers")
        else:
            self.link.call(functools.partial(self._send, pending))
        return pending.confirmed

    def publish(self, message: Message, *, timeout: float = CONFIRM_SECONDS) -> None:
        settle(self.submit(message), timeout)

    def close(self) -> None:
        self.link.close()

    def _send(self, pending: Pending) -> None:
        if self._channel is None or self._doubted:
            if self.link.state in ("lost", "closed"):
                pending.fail(f"no connection ({self.link.state})")
            else:
                self._waiting.append(pending)
        elif pending.confirmed.set_running_or_notify_cancel():
            self._tag += 1
            self._pending[self._tag] = pending
            message = pending.message
            self._channel.basic_publish(
                message.exchange, message.routing_key, message.body, message.properties(), mandatory=message.mandatory
            )

    def _connected(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._opened)

    def _opened(self, channel: Any) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._answered, callback=lambda _: self._ready(channel))

    def _ready(self, channel: Any) -> None:
        self._channel, self._tag, self._doubted = channel, 0, False
        waiting, self._waiting = self._waiting, []
        for pending in waiting:
            self._send(pending)

    def _returned(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        """A return comes before the confirm of the same message."""
        key = (method.exchange, method.routing_key, properties.message_id)
        for pending in self._pending.values():
            message = pending.message
            if pending.returned is None and (message.exchange, message.routing_key, message.message_id) == key:
                pending.returned = f"returned: {method.reply_text}"
                return

    def _answered(self, frame: Any) -> None:
        method = frame.method
        tags = (
            [tag for tag in self._pending if tag <= method.delivery_tag] if method.multiple else [method.delivery_tag]
        )
        for tag in tags:
            pending = self._pending.pop(tag, None)
            if pending is None:
                continue
            if method.NAME == "Basic.Nack":
                self._doubt()
                pending.fail("nacked: a queue is full or gone", refused=True)
            elif pending.returned:
                pending.fail(pending.returned, refused=True, unroutable=True)
            else:
                pending.confirmed.set_result(None)
        if self._doubted and not self._pending:
            self._renew(self._channel)

    def _doubt(self) -> None:
        """Another channel after a nack, once this one has given its last answers: RabbitMQ 3.10 refuses for ever what
        comes over a channel that has met a queue while its leader was out of reach (register_enqueuer in
        rabbit_fifo_client).
        """
        if not self._doubted:
            self._doubted = True
            self.link.later(LAST_ANSWERS_SECONDS, functools.partial(self._renew, self._channel))

    def _renew(self, channel: Any) -> None:
        if channel is not None and channel is self._channel:
            self._channel = None
            if channel.is_open:
                channel.close()

    def _channel_closed(self, channel: Any, error: Exception) -> None:
        """The broker closes the channel when an exchange is missing or access is refused."""
        self._fail_all(repr(error)[:300])
        if channel.connection.is_open:
            self._connected(channel.connection)

    def _lost(self, reason: str) -> None:
        self._fail_all(reason)
        waiting, self._waiting = self._waiting, []
        for pending in waiting:
            pending.fail(reason)

    def _fail_all(self, reason: str) -> None:
        self._channel = None
        failed, self._pending = self._pending, {}
        for pending in failed.values():
            pending.fail(reason)


_lock = threading.Lock()
_of_process: Publisher | None = None


def publisher() -> Publisher:
    """The publisher of this process, opened by the first call."""
    global _of_process
    with _lock:
        if _of_process is None or _of_process.link.state == "closed":
            _of_process = Publisher("docstream-publisher")
        return _of_process


def close() -> None:
    """Close the connection of this process; the next publish opens another."""
    global _of_process
    with _lock:
        if _of_process is not None:
            _of_process.close()
            _of_process = None


def publish(message: Message, *, timeout: float = CONFIRM_SECONDS) -> None:
    """Publish and wait for the confirm; timeout in seconds.

    Raises NotPublished on anything else: time-out, nack, unroutable, no connection.
    """
    publisher().publish(message, timeout=timeout)


def publish_event(envelope: Envelope[Event], *, timeout: float = CONFIRM_SECONDS) -> None:
    """Publish one event to the exchange documents; raises NotPublished."""
    publish(event_message(envelope), timeout=timeout)


def publish_progress(document_id: UUID, body: bytes) -> None:
    """Say how far a document is: best effort, not stored, never waits, never raises."""
    try:
        publisher().submit(
            Message(
                exchange=EVENT_EXCHANGE,
                routing_key=f"progress.{document_id}",
                body=body,
                content_type="application/json",
                persistent=False,
                mandatory=False,
            )
        )
    except settings.MissingSetting:
        return
