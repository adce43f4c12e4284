"""The circuit of a dependency, shared by all processes through the table breakers.

Each process counts its own calls. What one finds open is open for all within a second, and the table gives out one
probe at a time. Where the table cannot be read or written, each process's own breaker still guards it.
"""

import functools
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from . import database, settings
from .breaker import DEPENDENCY, Breaker, Limits, State
from .database import Cursor
from .errors import CircuitOpen, PipelineError, Unavailable

log = logging.getLogger(__name__)

Dependency = Literal["object-store", "ollama", "search"]
LOOK_AFTER_SECONDS = 1.0
ALONE = (PipelineError, settings.MissingSetting, *database.OutOfReach)
"""The table cannot be read, or, by the read side, not be written."""


@contextmanager
def guarded(dependency: Dependency, address: object) -> Iterator[None]:
    """One call of a dependency: Unavailable raised by the block is a failure, everything else an answer.

    Raises CircuitOpen, before the block, while the dependency at this address is left alone.
    """
    circuit = of(dependency, address)
    permit, healthy = circuit.permit(), None
    try:
        yield
        healthy = True
    except Exception as error:
        healthy = not isinstance(error, Unavailable)
        raise
    finally:
        circuit.record(permit, healthy)


@functools.cache
def of(dependency: Dependency, address: object) -> "Circuit":
    """One for each server that this process talks to."""
    return Circuit(dependency)


class Circuit:
    def __init__(self, name: Dependency, limits: Limits = DEPENDENCY, owner: str | None = None) -> None:
        self.name, self._limits = name, limits
        self._owner = owner or f"{socket.gethostname()}-{os.getpid()}"
        self.breaker = Breaker(limits)
        self._look_at = 0.0
        self._shared = False
        """The table knows that it is not closed."""

    def permit(self) -> int:
        """For one call; raises CircuitOpen."""
        now = time.monotonic()
        self._follow(now)
        permit = self.breaker.permit(now)
        # Without the lease our own breaker keeps its probe to itself, until the table tells how the other one went.
        if permit is None or (self.breaker.state(now) == "half-open" and not self._leased()):
            raise CircuitOpen(self.name, retry_after=self._limits.first_open)
        return permit

    def record(self, permit: int, healthy: bool | None) -> None:
        """healthy is None when the call says nothing about the dependency."""
        now = time.monotonic()
        before = self.breaker.state(now)
        self.breaker.record(permit, healthy, now)
        after = self.breaker.state(now)
        if before != after:
            log.warning("circuit", extra={"action": "circuit", "dependency": self.name, "state": after})
            self._tell(before, after)

    def _follow(self, now: float) -> None:
        if now < self._look_at:
            return
        self._look_at = now + LOOK_AFTER_SECONDS
        try:
            rows = database.fetch("SELECT state FROM breakers WHERE name = %(name)s", {"name": self.name})
        except ALONE:
            return
        found = rows[0]["state"] if rows else "closed"
        if found != "closed":
            self._shared = True
            if found == "open" or self.breaker.state(now) == "closed":
                self.breaker.trip(now)
        elif self._shared:
            self._shared = False
            self.breaker.close(now)

    def _leased(self) -> bool:
        """Is the one probe ours? Also when nobody can tell."""
        try:
            with database.transaction() as tx:
                return lease(tx, self.name, self._owner, self._limits.probe_lease)
        except ALONE:
            return True

    def _tell(self, before: State, after: State) -> None:
        try:
            with database.transaction() as tx:
                if after == "closed":
                    closed(tx, self.name, self._owner)
                elif before == "half-open":
                    given_back(tx, self.name, self._owner)
                else:
                    opened(tx, self.name, self._owner)
            self._shared = after != "closed"
        except ALONE as error:
            log.warning("not shared", extra={"action": "circuit_not_shared", "reason": str(error)})


def opened(tx: Cursor, name: str, owner: str) -> None:
    tx.execute(
        """
        INSERT INTO breakers (name, state, opened_at) VALUES (%(name)s, 'open', now())
        ON CONFLICT (name) DO UPDATE SET state = 'open', opened_at = now(), probe_owner = NULL, probe_until = NULL
        WHERE breakers.state = 'closed'
        """,
        {"name": name},
    )
    if tx.rowcount:
        write_audit(tx, name, "open", by=owner)


def lease(tx: Cursor, name: str, owner: str, seconds: float) -> bool:
    """The one probe, for so long: nobody has it, or it ran out, or it is ours."""
    tx.execute(
        """
        INSERT INTO breakers (name, state, opened_at, probe_owner, probe_until)
        VALUES (%(name)s, 'half-open', now(), %(owner)s, now() + make_interval(secs => %(seconds)s))
        ON CONFLICT (name) DO UPDATE
        SET state = 'half-open', opened_at = coalesce(breakers.opened_at, excluded.opened_at),
            probe_owner = excluded.probe_owner, probe_until = excluded.probe_until
        WHERE breakers.probe_until IS NULL OR breakers.probe_until < now() OR breakers.probe_owner = %(owner)s
        """,
        {"name": name, "owner": owner, "seconds": seconds},
    )
    return tx.rowcount == 1


def given_back(tx: Cursor, name: str, owner: str) -> None:
    """Our probe has failed."""
    tx.execute(
        """
        UPDATE breakers SET state = 'open', probe_owner = NULL, probe_until = NULL
        WHERE name = %(name)s AND probe_owner = %(owner)s
        """,
        {"name": name, "owner": owner},
    )


def closed(tx: Cursor, name: str, owner: str) -> None:
    tx.execute(
        """
        UPDATE breakers SET state = 'closed', opened_at = NULL, probe_owner = NULL, probe_until = NULL
        WHERE name = %(name)s AND state <> 'closed'
        """,
        {"name": name},
    )
    if tx.rowcount:
        write_audit(tx, name, "closed", by=owner)


def write_audit(tx: Cursor, name: str, state: str, *, by: str, at: datetime | None = None) -> None:
    """A circuit, of a dependency or of a function, has changed: now, or when it could not be written."""
    tx.execute(
        """
        INSERT INTO audit (at, tenant, actor, action, subject, detail)
        VALUES (coalesce(%(at)s, now()), 'system', %(by)s, 'circuit', %(name)s, %(detail)s)
        """,
        {"at": at, "by": by, "name": name, "detail": json.dumps({"state": state})},
    )
