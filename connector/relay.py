"""Unsent events -> exchange, with confirms: what a function could not publish itself. Any number may run."""

import logging
import time
from concurrent.futures import Future

from pipeline import outbox
from pipeline.broker import NotPublished, Publisher, event_message
from pipeline.broker.confirm import settle
from pipeline.database import Cursor, transaction
from pipeline.event_store import COLUMNS, Stored, stored

from . import metrics

log = logging.getLogger(__name__)

BATCH = 500
# The open transaction holds the horizon that readers wait for.
CONFIRM_SECONDS = 5.0
BUSY_SECONDS, IDLE_SECONDS = 0.25, 1.0
LONGEST_BACKOFF_SECONDS = 60.0


def claim(tx: Cursor, *, age: float, left_out: list[str], limit: int) -> list[Stored]:
    """Lock the oldest unsent events of all types but these; rows another relay holds are skipped. age in seconds."""
    tx.execute(
        f"""
        SELECT {COLUMNS} FROM events
        WHERE sent_at IS NULL AND recorded_at < now() - make_interval(secs => %(age)s) AND type <> ALL(%(left_out)s)
        ORDER BY position LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        """,
        {"age": age, "left_out": left_out, "limit": limit},
    )
    return stored(tx.fetchall())


def claim_one(tx: Cursor, type: str) -> list[Stored]:
    """Lock the oldest unsent event of one type, to see whether it can be sent again."""
    tx.execute(
        f"""
        SELECT {COLUMNS} FROM events WHERE sent_at IS NULL AND type = %(type)s
        ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        {"type": type},
    )
    return stored(tx.fetchall())


class Backoff:
    """Types whose events were refused: left out until due, then tried with one row, so they never hide the others."""

    def __init__(self) -> None:
        self._refused: dict[str, tuple[int, float]] = {}

    @property
    def types(self) -> list[str]:
        return list(self._refused)

    def due(self, now: float) -> list[str]:
        return [type for type, (_, at) in self._refused.items() if at <= now]

    def refused(self, type: str, now: float) -> None:
        failures, due_at = self._refused.get(type, (0, 0.0))
        if due_at <= now:
            self._refused[type] = (failures + 1, now + min(LONGEST_BACKOFF_SECONDS, 2.0**failures))

    def accepted(self, type: str) -> None:
        self._refused.pop(type, None)


class Relay:
    """age is how old an event must be, in seconds: a younger one is still being published by its function."""

    def __init__(self, publisher: Publisher, *, age: float) -> None:
        self._publisher, self._age = publisher, age
        self._backoff = Backoff()

    def step(self) -> float:
        """Send one batch; returns the seconds until the next one is worth while. Raises Unavailable."""
        link = self._publisher.link
        if link.state != "open" or link.blocked:
            return IDLE_SECONDS
        with transaction() as tx:
            rows = claim(tx, age=self._age, left_out=self._backoff.types, limit=BATCH)
            full = len(rows) == BATCH
            for type in self._backoff.due(time.monotonic()):
                rows += claim_one(tx, type)
            if not rows:
                return IDLE_SECONDS
            sent = self._send(rows)
            if sent:
                outbox.mark_sent(tx, sent)
        log.info("relayed", extra={"action": "relay", "sent": len(sent), "left": len(rows) - len(sent)})
        return 0.0 if full and sent else BUSY_SECONDS

    def _send(self, rows: list[Stored]) -> list[int]:
        """Publish all, then wait for all answers; the positions that are done."""
        deadline = time.monotonic() + CONFIRM_SECONDS
        # An erased event has nothing left to tell.
        sent = [row.at.position for row in rows if row.erased]
        answers = [(row, self._publisher.submit(event_message(row.envelope))) for row in rows if not row.erased]
        return sent + [row.at.position for row, answer in answers if self._confirmed(row, answer, deadline)]

    def _confirmed(self, row: Stored, answer: "Future[None]", deadline: float) -> bool:
        type = row.row["type"]
        try:
            settle(answer, max(0.0, deadline - time.monotonic()))
        except NotPublished as error:
            metrics.RELAYED.labels("refused" if error.refused else "lost").inc()
            if error.refused:
                self._backoff.refused(type, time.monotonic())
                log.error(
                    "refused", extra={"action": "relay_refused", "event_id": str(row.row["id"]), "reason": error.reason}
                )
            return False
        metrics.RELAYED.labels("confirmed").inc()
        self._backoff.accepted(type)
        return True
