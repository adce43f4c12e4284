"""The events of all documents: append, one history, and the stream that misses nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from psycopg2.extras import Json

from .database import Cursor, Row, fetch
from .envelope import Envelope
from .events import EVENTS, Event
from .upcasting import is_readable, upcast

ERASED = {"erased": True}

COLUMNS = """position, xid::text AS xid, id, document_id, sequence, run, tenant, type, source, schema_version,
    traceparent, causation_id, correlation_id, data, occurred_at"""


@dataclass(frozen=True, kw_only=True, order=True)
class Position:
    """A place in the stream of all events: transaction id, then position; as text `<xid>-<position>`."""

    xid: int
    position: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.position}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for anything that is not `<xid>-<position>`."""
        match = re.fullmatch(r"(\d{1,19})-(\d{1,18})", text)
        if match is None:
            raise ValueError(f"{text!r} is not an event cursor")
        return cls(xid=int(match[1]), position=int(match[2]))


START = Position(xid=0, position=0)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An event with its place in the stream. erased is true once its data is gone."""

    at: Position
    row: Row

    @property
    def erased(self) -> bool:
        return bool(self.row["data"] == ERASED)

    @property
    def readable(self) -> bool:
        """Neither erased nor of a type or version that only a later release knows."""
        return not self.erased and is_readable(self.row["type"], self.row["schema_version"])

    @property
    def envelope(self) -> Envelope[Event]:
        return from_row(self.row)


def append(tx: Cursor, envelope: Envelope[Event]) -> None:
    """Insert one event, unsent; raises UniqueViolation when it is there already."""
    tx.execute(
        """
        INSERT INTO events (id, document_id, sequence, run, tenant, type, source, schema_version, traceparent,
                            causation_id, correlation_id, data, occurred_at)
        VALUES (%(id)s, %(document_id)s, %(sequence)s, %(run)s, %(tenant)s, %(type)s, %(source)s, %(schema_version)s,
                %(traceparent)s, %(causation_id)s, %(correlation_id)s, %(data)s, %(occurred_at)s)
        """,
        {
            "id": envelope.id,
            "document_id": envelope.subject,
            "sequence": envelope.sequence,
            "run": envelope.run,
            "tenant": envelope.tenant,
            "type": envelope.name,
            "source": envelope.source,
            "schema_version": envelope.data.version,
            "traceparent": envelope.traceparent,
            "causation_id": envelope.causation_id,
            "correlation_id": envelope.correlation_id,
            "data": Json(envelope.data.to_data()),
            "occurred_at": envelope.time,
        },
    )


def from_row(row: Row) -> Envelope[Event]:
    """The envelope as it was appended, in today's version of its event.

    Raises TypeError for an erased event, Rejected(future-version) for what only a later release knows.
    """
    return Envelope(
        id=row["id"],
        source=row["source"],
        subject=row["document_id"],
        time=row["occurred_at"],
        correlation_id=row["correlation_id"],
        causation_id=row["causation_id"],
        sequence=row["sequence"],
        run=row["run"],
        tenant=row["tenant"],
        traceparent=row["traceparent"],
        data=upcast(EVENTS[row["type"]], row["schema_version"], row["data"]),
    )


def stored(rows: Sequence[Row]) -> list[Stored]:
    return [Stored(at=Position(xid=int(row["xid"]), position=row["position"]), row=row) for row in rows]


def history(document_id: UUID) -> list[Stored]:
    """All events of one document in order; needs no horizon, since its row is locked while one is written."""
    statement = f"SELECT {COLUMNS} FROM events WHERE document_id = %(id)s ORDER BY sequence"
    return stored(fetch(statement, {"id": document_id}))


def read_after(after: Position, *, limit: int, filters: dict[str, Any] | None = None) -> list[Stored]:
    """The next events of the stream, oldest first, at most limit.

    Only what is older than every open transaction is shown: a plain `position > last` loses events that commit late.
    filters names columns with the value each must have.
    """
    wanted = "".join(f" AND {column} = %({column})s" for column in sorted(filters or {}))
    statement = f"""
        SELECT {COLUMNS} FROM events
        WHERE (xid, position) > (%(after_xid)s::text::xid8, %(after_position)s)
          AND xid < pg_snapshot_xmin(pg_current_snapshot()){wanted}
        ORDER BY events.xid, events.position LIMIT %(limit)s
    """
    values = {"after_xid": str(after.xid), "after_position": after.position, "limit": limit, **(filters or {})}
    return stored(fetch(statement, values))


def head() -> Position:
    """Where the stream ends now: read_after from here shows only what comes later."""
    row = fetch("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid")[0]
    return Position(xid=int(row["xid"]) - 1, position=10**18 - 1)
