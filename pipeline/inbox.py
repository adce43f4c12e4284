"""Which consumer has handled which event: the guard against doing anything twice."""

from uuid import UUID

from .database import Cursor, fetch


def claim(tx: Cursor, consumer: str, event_id: UUID) -> bool:
    """Claim an event for this transaction; False when it was handled before. A twin's open claim makes this wait."""
    tx.execute(
        "INSERT INTO inbox (consumer, event_id) VALUES (%(consumer)s, %(event_id)s) ON CONFLICT DO NOTHING RETURNING 1",
        {"consumer": consumer, "event_id": event_id},
    )
    return tx.fetchone() is not None


def has(consumer: str, event_id: UUID) -> bool:
    statement = "SELECT 1 FROM inbox WHERE consumer = %(consumer)s AND event_id = %(event_id)s"
    return bool(fetch(statement, {"consumer": consumer, "event_id": event_id}))


def claimed(tx: Cursor, consumer: str, event_id: UUID) -> bool:
    """The same within a transaction that holds the document."""
    statement = "SELECT 1 FROM inbox WHERE consumer = %(consumer)s AND event_id = %(event_id)s"
    tx.execute(statement, {"consumer": consumer, "event_id": event_id})
    return tx.fetchone() is not None
