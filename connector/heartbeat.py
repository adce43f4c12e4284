"""Says every few seconds what this connector does and sees: rows in consumers and queues, gauges, circuits in audit."""

import time
from collections.abc import Mapping

from pipeline import circuit
from pipeline.broker import Control, Link
from pipeline.database import Cursor, transaction
from pipeline.errors import Unavailable

from . import metrics
from .intake import Intake
from .supervisor import Supervisor

SECONDS = 5.0


def write_consumer(tx: Cursor, row: dict[str, object]) -> None:
    tx.execute(
        """
        INSERT INTO consumers (connector, function, state, workers, active, handled, failed, ready, unacked, seen_at)
        VALUES (%(connector)s, %(function)s, %(state)s, %(workers)s, %(active)s, %(handled)s, %(failed)s, %(ready)s,
                %(unacked)s, now())
        ON CONFLICT (connector, function) DO UPDATE
        SET state = excluded.state, workers = excluded.workers, active = excluded.active,
            handled = excluded.handled, failed = excluded.failed, ready = excluded.ready,
            unacked = excluded.unacked, seen_at = excluded.seen_at
        """,
        row,
    )


def write_queues(tx: Cursor, ready: Mapping[str, int]) -> None:
    """In one order, so that connectors do not wait for each other in a circle."""
    for name, messages in sorted(ready.items()):
        tx.execute(
            """
            INSERT INTO queues (name, ready, seen_at) VALUES (%(name)s, %(ready)s, now())
            ON CONFLICT (name) DO UPDATE SET ready = excluded.ready, seen_at = excluded.seen_at
            """,
            {"name": name, "ready": messages},
        )


def forget_consumers(tx: Cursor, connector: str) -> None:
    """This connector's rows, and those of connectors that have said nothing for an hour."""
    tx.execute(
        "DELETE FROM consumers WHERE connector = %(connector)s OR seen_at < now() - interval '1 hour'",
        {"connector": connector},
    )


class Heartbeat:
    def __init__(self, connector: str, supervisor: Supervisor, control: Control, links: list[Link]) -> None:
        self._connector, self._supervisor, self._control, self._links = connector, supervisor, control, links

    def step(self) -> float:
        """Raises Unavailable when the database is away."""
        ready = self._measure()
        transitions = list(self._supervisor.transitions)
        with transaction() as tx:
            write_queues(tx, ready)
            for name, intake in list(self._supervisor.intakes.items()):
                write_consumer(tx, self._row(name, intake, ready.get(name)))
            for function, state in transitions:
                circuit.write_audit(tx, function, state, by=self._connector)
        for _ in transitions:
            self._supervisor.transitions.popleft()
        return SECONDS

    def end(self) -> None:
        with transaction() as tx:
            forget_consumers(tx, self._connector)

    def _measure(self) -> dict[str, int]:
        """Queue depths; empty when the broker does not say."""
        for link in self._links:
            metrics.RECONNECTS.labels(link.name).set(link.reconnects)
        try:
            ready = self._control.depths(self._supervisor.queues)
        except Unavailable:
            return {}
        for queue, messages in ready.items():
            metrics.READY.labels(queue).set(messages)
        return ready

    def _row(self, name: str, intake: Intake, ready: int | None) -> dict[str, object]:
        consumer = intake.consumer
        metrics.ACTIVE.labels(name).set(consumer.gate.active)
        return {
            "connector": self._connector,
            "function": name,
            "state": state_of(intake),
            "workers": consumer.gate.window.maximum,
            "active": consumer.gate.active,
            "handled": consumer.handled,
            "failed": consumer.failed,
            "ready": ready,
            "unacked": consumer.outstanding(),
        }


def state_of(intake: Intake) -> str:
    """consuming, starting, or why not: paused by an operator, open or half-open circuit."""
    circuit = intake.consumer.gate.breaker.state(time.monotonic())
    if intake.paused:
        return "paused"
    if circuit != "closed":
        return circuit
    return "consuming" if intake.consuming else "starting"
