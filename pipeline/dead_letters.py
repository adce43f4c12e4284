"""Dead letters as rows: what a function gave up on, until somebody resolves it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from .database import Cursor, fetch


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The stored event a letter is about."""

    event_id: UUID
    document_id: UUID
    run: int
    tenant: str
    name: str
    traceparent: str | None


@dataclass(frozen=True, kw_only=True)
class Letter:
    """failure_class is the kind of failure, status the function's last HTTP status, body the message as it was."""

    id: UUID
    function: str
    code: str
    failure_class: str | None
    reason: str
    status: int | None
    attempts: int
    replay: int
    first_failed: datetime | None
    last_failed: datetime | None
    headers: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)


def cause(event_id: UUID) -> Cause | None:
    """None for an event we never recorded: then no document is touched on its behalf."""
    statement = "SELECT document_id, run, tenant, type, traceparent FROM events WHERE id = %(id)s"
    rows = fetch(statement, {"id": event_id})
    if not rows:
        return None
    row = rows[0]
    return Cause(
        event_id=event_id,
        document_id=row["document_id"],
        run=row["run"],
        tenant=row["tenant"],
        name=row["type"],
        traceparent=row["traceparent"],
    )


def record(tx: Cursor, letter: Letter, of: Cause | None) -> bool:
    """Keep a letter; False when it is there already."""
    tx.execute(
        """
        INSERT INTO dead_letters (id, tenant, document_id, run, event_id, function, attempt, replay, code, class,
                                  status, reason, body, headers, first_failed, last_failed)
        VALUES (%(id)s, %(tenant)s, %(document_id)s, %(run)s, %(event_id)s, %(function)s, %(attempt)s, %(replay)s,
                %(code)s, %(class)s, %(status)s, %(reason)s, %(body)s, %(headers)s::jsonb, %(first_failed)s,
                %(last_failed)s)
        ON CONFLICT (id) DO NOTHING RETURNING 1
        """,
        {
            "id": letter.id,
            "tenant": of.tenant if of else None,
            "document_id": of.document_id if of else None,
            "run": of.run if of else None,
            "event_id": of.event_id if of else None,
            "function": letter.function,
            "attempt": letter.attempts,
            "replay": letter.replay,
            "code": letter.code,
            "class": letter.failure_class,
            "status": letter.status,
            "reason": letter.reason,
            "body": letter.body,
            # PostgreSQL keeps no NUL in jsonb, and a foreign message may hold one.
            "headers": json.dumps(letter.headers, default=str).replace("\\u0000", "\\ufffd"),
            "first_failed": letter.first_failed,
            "last_failed": letter.last_failed,
        },
    )
    return tx.fetchone() is not None


def resolved(tx: Cursor, letter_id: UUID) -> bool:
    tx.execute("SELECT resolved_at FROM dead_letters WHERE id = %(id)s", {"id": letter_id})
    row = tx.fetchone()
    return row is not None and row["resolved_at"] is not None


def other_is_open(tx: Cursor, letter: Letter, event_id: UUID) -> bool:
    """Is another letter of the same function about the same event unresolved?"""
    tx.execute(
        """
        SELECT EXISTS (SELECT FROM dead_letters WHERE event_id = %(event_id)s AND function = %(function)s
                       AND id <> %(id)s AND resolved_at IS NULL) AS open
        """,
        {"event_id": event_id, "function": letter.function, "id": letter.id},
    )
    row = tx.fetchone()
    return bool(row and row["open"])


def resolve(tx: Cursor, letter_ids: Sequence[UUID], resolution: str) -> int:
    """Close what is still open of these letters; returns how many."""
    tx.execute(
        """
        UPDATE dead_letters SET resolved_at = now(), resolution = %(resolution)s
        WHERE id = ANY(%(ids)s) AND resolved_at IS NULL
        """,
        {"ids": list(letter_ids), "resolution": resolution},
    )
    return tx.rowcount


def resolve_document(tx: Cursor, document_id: UUID, resolution: str) -> int:
    """Close the open letters of a document's stages; returns how many."""
    tx.execute(
        """
        UPDATE dead_letters SET resolved_at = now(), resolution = %(resolution)s
        WHERE document_id = %(document_id)s AND resolved_at IS NULL AND function IN ('classify', 'extract', 'index')
        """,
        {"document_id": document_id, "resolution": resolution},
    )
    return tx.rowcount
