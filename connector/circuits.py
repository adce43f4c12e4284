"""The circuits of the servers: shown, written down, and closed again where nobody happens to call."""

import time
from contextlib import suppress

from pipeline import blobs, circuit, database
from pipeline.breaker import State
from pipeline.database import Cursor, fetch, transaction
from pipeline.errors import Unavailable
from pipeline.search import client

from . import metrics

SECONDS = 2.0
DATABASE = "postgresql"
PROBES = {"object-store": blobs.ping, "search": client.ping}


def database_circuit() -> State:
    """This process's own one."""
    return database.pool().circuit.state(time.monotonic())


def write_database(tx: Cursor) -> None:
    """The row that says it is back; while it is away nobody can read one."""
    tx.execute(
        "INSERT INTO breakers (name, state) VALUES (%(name)s, 'closed') ON CONFLICT DO NOTHING", {"name": DATABASE}
    )


class Circuits:
    """probes: are object store and search server known here?"""

    def __init__(self, connector: str, *, probes: bool) -> None:
        self._connector, self._probes = connector, probes

    def step(self) -> float:
        """Raises Unavailable while the database is away; its own circuit is shown all the same."""
        metrics.DEPENDENCY_OPEN.labels(DATABASE).set(database_circuit() != "closed")
        unclosed = {row["name"] for row in fetch("SELECT name FROM breakers WHERE state <> 'closed'")}
        for name in PROBES:
            metrics.DEPENDENCY_OPEN.labels(name).set(name in unclosed)
        self._write_down()
        for name in unclosed & PROBES.keys() if self._probes else ():
            with suppress(Unavailable):
                PROBES[name]()
        return SECONDS

    def _write_down(self) -> None:
        """What became of our circuit to the database while nobody could write."""
        changes = list(database.changes)
        if not changes:
            return
        with transaction() as tx:
            write_database(tx)
            for state, at in changes:
                if state != "half-open":
                    circuit.write_audit(tx, DATABASE, state, by=self._connector, at=at)
        for _ in changes:
            database.changes.popleft()
