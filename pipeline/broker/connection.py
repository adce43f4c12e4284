"""One connection, owned by one I/O thread that reconnects for ever and never works itself."""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

import pika
from pika.adapters.select_connection import IOLoop

from .. import settings

HEARTBEAT_SECONDS = 20
TICK_SECONDS = 5
FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS = 0.5, 30.0

State = Literal["connecting", "open", "lost", "closed"]

log = logging.getLogger(__name__)
# pika reports one lost connection in up to eight records; a Link reports it once.
logging.getLogger("pika").setLevel(logging.CRITICAL)


def parameters(name: str) -> pika.ConnectionParameters:
    """Read anew for each connection, so a rotated password counts at once."""
    broker = settings.broker()
    return pika.ConnectionParameters(
        host=broker.host,
        port=broker.port,
        virtual_host=broker.vhost,
        credentials=pika.PlainCredentials(broker.user, broker.password),
        heartbeat=HEARTBEAT_SECONDS,
        blocked_connection_timeout=30,
        socket_timeout=5,
        stack_timeout=10,
        tcp_options={"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3},
        client_properties={"connection_name": name},
    )


def connect(name: str) -> pika.BlockingConnection:
    """A blocking connection of the calling thread, for declarations and questions."""
    return pika.BlockingConnection(parameters(name))


class Link:
    """Calls on_open(connection) and on_lost(reason) on its I/O thread; neither may wait.

    state: connecting until the first attempt ended, then open or lost; closed for good after close() or a bug.
    """

    def __init__(self, name: str, *, on_open: Callable[[Any], None], on_lost: Callable[[str], None]) -> None:
        self.name = name
        self.state: State = "connecting"
        self.blocked = False
        self.ticked_at = time.monotonic()
        self.reconnects = 0
        self._on_open, self._on_lost = on_open, on_lost
        self._failures = 0
        self._connection: Any = None
        self._actions: deque[Callable[[], None]] = deque()
        self._woken = False
        self._loop = IOLoop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def call(self, action: Callable[[], None]) -> None:
        """Run the action on the I/O thread, soon, after those called before; after close() it is forgotten."""
        if self.state == "closed":
            return
        self._actions.append(action)
        # To wake the thread costs more than most actions: once is enough for all that gather until it comes.
        if not self._woken:
            self._woken = True
            self._loop.add_callback_threadsafe(self._act)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Only on the I/O thread."""
        self._loop.call_later(seconds, action)

    def close(self, timeout: float = 5) -> None:
        """Close the connection and end the thread; what is buffered is written first."""
        self.call(self._close)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _act(self) -> None:
        # First, so that whoever still sees it set has left an action that is found below.
        self._woken = False
        while self._actions:
            self._actions.popleft()()

    def _run(self) -> None:
        try:
            self._connect()
            self._tick()
            self._loop.start()
        except Exception:
            log.exception("the I/O thread ended", extra={"action": "io_thread_ended", "connection": self.name})
        finally:
            self.state = "closed"
            self._on_lost("closed")
            self._loop.close()

    def _connect(self) -> None:
        if self.state == "closed":
            return
        try:
            self._connection = pika.SelectConnection(
                parameters(self.name),
                on_open_callback=self._opened,
                on_open_error_callback=self._ended,
                on_close_callback=self._ended,
                custom_ioloop=self._loop,
            )
        except settings.MissingSetting as error:
            self._ended(None, error)

    def _opened(self, connection: Any) -> None:
        self.state, self.blocked, self._failures = "open", False, 0
        connection.add_on_connection_blocked_callback(lambda *_: self._set_blocked(True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._set_blocked(False))
        log.info("connected", extra={"action": "broker_connected", "connection": self.name})
        self._on_open(connection)

    def _set_blocked(self, blocked: bool) -> None:
        self.blocked = blocked
        log.warning("broker alarm", extra={"action": "broker_blocked", "blocked": blocked, "connection": self.name})

    def _ended(self, _connection: Any, error: BaseException) -> None:
        self._connection = None
        if self.state == "closed":
            self._loop.stop()
            return
        reason = repr(error)[:300]
        self.state = "lost"
        self.reconnects += 1
        delay = random.uniform(0, min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(self._failures, 10)))
        self._failures += 1
        log.warning(
            "connection lost",
            extra={"action": "broker_lost", "connection": self.name, "reason": reason, "retry_seconds": delay},
        )
        self._on_lost(reason)
        self._loop.call_later(delay, self._connect)

    def _close(self) -> None:
        if self.state == "closed":
            return
        self.state = "closed"
        if self._connection is None or self._connection.is_closing or self._connection.is_closed:
            self._loop.stop()
        else:
            self._connection.close()

    def _tick(self) -> None:
        self.ticked_at = time.monotonic()
        self._loop.call_later(TICK_SECONDS, self._tick)
