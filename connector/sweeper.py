"""What is stuck moves or fails: one connector at a time looks at what no message will bring forward any more."""

import logging
from datetime import UTC, datetime

from pipeline.broker import (
    PARKING_QUEUE,
    Control,
    NotPublished,
    Publisher,
    event_message,
)
from pipeline.broker.topology import COMPENSATE_QUEUE, delay_queue
from pipeline.database import Cursor, Row, transaction
from pipeline.event_store import from_row

from . import metrics
from .unfinished import WAITING_FOR, count_reemission, given_up, has_dead_letter, stuck

log = logging.getLogger(__name__)

LOCK = 7_305_118
UNSENT_SECONDS = 60
CIRCUIT_SECONDS = 1_800
MAX_REEMISSIONS = 3
CONFIRM_SECONDS = 2.0


def locked(tx: Cursor) -> bool:
    """Is this the one sweeper? Until the transaction ends."""
    tx.execute("SELECT pg_try_advisory_xact_lock(%(lock)s) AS mine", {"lock": LOCK})
    return bool(tx.fetchall()[0]["mine"])


def unsent(tx: Cursor) -> tuple[int, float]:
    """How many events the broker has not confirmed, and the age of the oldest in seconds."""
    tx.execute(
        """
        SELECT count(*) AS events, coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float8 AS seconds
        FROM events WHERE sent_at IS NULL
        """
    )
    row = tx.fetchall()[0]
    return row["events"], row["seconds"]


def horizon_seconds(tx: Cursor) -> float:
    """The age of the oldest transaction that has written something and is still open."""
    tx.execute(
        """
        SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float8 AS seconds
        FROM pg_stat_activity WHERE backend_xid IS NOT NULL
        """
    )
    return float(tx.fetchall()[0]["seconds"])


def open_circuits(tx: Cursor) -> list[str]:
    """Dependencies whose circuit has been open for long."""
    tx.execute(
        """
        SELECT name FROM breakers
        WHERE state <> 'closed' AND opened_at < now() - make_interval(secs => %(seconds)s) ORDER BY name
        """,
        {"seconds": CIRCUIT_SECONDS},
    )
    return [row["name"] for row in tx.fetchall()]


def show_refused_calls(tx: Cursor) -> None:
    tx.execute("SELECT function, reason, count FROM refused_calls")
    for row in tx.fetchall():
        metrics.REFUSED.labels(row["function"], row["reason"]).set(row["count"])


class Sweeper:
    """stuck_seconds: how long a document may rest; longer than the longest delay level and all time-outs."""

    def __init__(
        self, publisher: Publisher, control: Control, *, seconds: float, stuck_seconds: float, levels: tuple[float, ...]
    ) -> None:
        self._publisher, self._control = publisher, control
        self._seconds, self._stuck_seconds = seconds, stuck_seconds
        self._delays = [delay_queue(level) for level in levels]

    def step(self) -> float:
        """Raises Unavailable when the database or the broker is away."""
        with transaction() as tx:
            if locked(tx):
                self._alarm(tx)
                self._move(tx)
        return self._seconds

    def _alarm(self, tx: Cursor) -> None:
        events, age = unsent(tx)
        metrics.UNSENT.set(events)
        metrics.UNSENT_SECONDS.set(age)
        horizon = horizon_seconds(tx)
        metrics.HORIZON_SECONDS.set(horizon)
        show_refused_calls(tx)
        parked = self._control.depths([PARKING_QUEUE])[PARKING_QUEUE]
        alarms = {
            "unsent": f"{events} events, the oldest for {age:.0f} s" if age > UNSENT_SECONDS else "",
            "horizon": f"a transaction is open for {horizon:.0f} s" if horizon > UNSENT_SECONDS else "",
            "circuits": ", ".join(open_circuits(tx)),
            "parking": f"{parked} messages" if parked else "",
        }
        for name, what in alarms.items():
            if what:
                log.error("alarm", extra={"action": "alarm", "alarm": name, "what": what})

    def _move(self, tx: Cursor) -> None:
        rows = stuck(tx, self._stuck_seconds)
        if not rows:
            return
        depths = self._control.depths([*WAITING_FOR.values(), COMPENSATE_QUEUE, *self._delays])
        if any(depths[queue] for queue in (COMPENSATE_QUEUE, *self._delays)):
            return
        for row in rows:
            if not depths[WAITING_FOR[row["state"]]] and not self._pushed(tx, row):
                # No more waits for a broker that is slow: this transaction holds the horizon of all readers.
                return

    def _pushed(self, tx: Cursor, row: Row) -> bool:
        over = row["times"] >= MAX_REEMISSIONS or has_dead_letter(tx, row["id"])
        message = given_up(row, datetime.now(UTC)) if over else event_message(from_row(row))
        try:
            self._publisher.publish(message, timeout=CONFIRM_SECONDS)
        except NotPublished as error:
            log.error("not sent again", extra={"action": "sweep_failed", "reason": error.reason})
            return False
        count_reemission(tx, row["id"])
        action = "give_up" if over else "send_again"
        metrics.SWEPT.labels(action).inc()
        log.error("stuck", extra={"action": action, "document_id": str(row["document_id"]), "event_id": str(row["id"])})
        return True
