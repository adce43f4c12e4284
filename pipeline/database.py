"""The only home of psycopg2: a small pool per process, its circuit, transactions, and the meaning of its errors."""

import functools
import queue
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2
from psycopg2 import errorcodes, extensions
from psycopg2.extras import RealDictCursor, register_uuid
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random_exponential

from . import migrations, settings
from .breaker import DEPENDENCY, Breaker, State
from .errors import Busy, CircuitOpen, Unavailable

Cursor = RealDictCursor
Row = dict[str, Any]
OutOfReach = (psycopg2.errors.UndefinedTable, psycopg2.errors.InsufficientPrivilege)
"""A table that this role may not touch, or that no migration has made yet."""

POOL_SIZE = 8
WAIT_SECONDS = 5
CHECK_AFTER_IDLE_SECONDS = 5

# What every session may take at most; in milliseconds. A lock that waits longer than 2 s means a live twin.
SESSION = "-c lock_timeout=2000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000"

TRANSIENT = {
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.QUERY_CANCELED,
    errorcodes.READ_ONLY_SQL_TRANSACTION,
    errorcodes.DISK_FULL,
    errorcodes.INTERNAL_ERROR,
    errorcodes.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
}


def translated(error: psycopg2.Error) -> Exception:
    """Busy for a lock that a twin holds, Unavailable for a server in trouble, the error itself for a bug of ours."""
    if error.pgcode == errorcodes.LOCK_NOT_AVAILABLE:
        return Busy("another call holds what this one needs")
    if error.pgcode in TRANSIENT or isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return Unavailable("the database does not answer")
    return error


def connect() -> extensions.connection:
    """A new session; raises psycopg2.Error."""
    server = settings.postgres()
    path = "read" if server.user.endswith("_read") else "public"
    connection = psycopg2.connect(
        host=server.host,
        port=server.port,
        dbname=server.database,
        user=server.user,
        password=server.password,
        connect_timeout=3,
        application_name="docstream",
        options=f"{SESSION} -c search_path={path}",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,
    )
    register_uuid(conn_or_curs=connection)  # type: ignore[no-untyped-call]
    return connection


@retry(
    retry=retry_if_exception_type(psycopg2.OperationalError),
    wait=wait_random_exponential(multiplier=0.05, max=0.5),
    stop=stop_after_delay(2),
    reraise=True,
)
def connect_riding_out_a_blip() -> extensions.connection:
    return connect()


changes: deque[tuple[State, datetime]] = deque(maxlen=100)
"""What became of the database's circuit in this process, until the connector writes it down."""


class Pool:
    """At most POOL_SIZE sessions; a broken one takes the idle ones with it, since the server went away for all."""

    def __init__(self) -> None:
        self.circuit = Breaker(DEPENDENCY, on_change=lambda state: changes.append((state, datetime.now(UTC))))
        self._idle: queue.LifoQueue[tuple[extensions.connection, float]] = queue.LifoQueue()
        self._free = threading.BoundedSemaphore(POOL_SIZE)

    @contextmanager
    def lease(self) -> Iterator[extensions.connection]:
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise Unavailable("all database connections of this function are in use", retry_after=1)
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                if connection.closed:
                    self._drop(connection)
                else:
                    self._idle.put((connection, time.monotonic()))
        finally:
            self._free.release()

    def _take(self) -> extensions.connection:
        while True:
            try:
                connection, idle_since = self._idle.get_nowait()
            except queue.Empty:
                return connect_riding_out_a_blip()
            if time.monotonic() - idle_since < CHECK_AFTER_IDLE_SECONDS or alive(connection):
                return connection
            self._drop(connection)

    def _drop(self, connection: extensions.connection) -> None:
        connection.close()
        self.close()

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait()[0].close()
            except queue.Empty:
                return


def alive(connection: extensions.connection) -> bool:
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except psycopg2.Error:
        return False
    return True


@functools.cache
def pool() -> Pool:
    return Pool()


def close() -> None:
    """End the idle sessions; the next call opens new ones with the settings of then."""
    pool().close()
    pool.cache_clear()


@contextmanager
def transaction() -> Iterator[Cursor]:
    """One transaction: commits at the end of the block, rolls back on any exception.

    Raises Busy, Unavailable; a bug in SQL passes as psycopg2.Error.
    """
    sessions, healthy = pool(), None
    permit = sessions.circuit.permit(time.monotonic())
    if permit is None:
        raise CircuitOpen("postgresql", retry_after=DEPENDENCY.first_open)
    try:
        with sessions.lease() as connection, connection, connection.cursor(cursor_factory=RealDictCursor) as cursor:
            yield cursor
        healthy = True
    except psycopg2.Error as error:
        trouble = translated(error)
        healthy = not isinstance(trouble, Unavailable)
        raise trouble from error
    finally:
        sessions.circuit.record(permit, healthy, time.monotonic())


def fetch(statement: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one reading statement, in a transaction of its own."""
    with transaction() as tx:
        tx.execute(statement, values)
        return [dict(row) for row in tx.fetchall()]


def ping() -> None:
    """Raises Unavailable unless the database answers."""
    fetch("SELECT 1")


def migrate() -> list[str]:
    """Apply what is missing of migrations/, in order, once, whoever calls first; returns the names applied.

    Raises Busy while somebody else takes long over it, Unavailable.
    """
    try:
        with closing(connect_riding_out_a_blip()) as connection, connection:
            return migrations.apply(connection.cursor(cursor_factory=RealDictCursor))
    except psycopg2.Error as error:
        raise translated(error) from error
