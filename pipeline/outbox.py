"""Events that are recorded but not yet confirmed by the broker. The row is the truth; publishing is best effort."""

import logging
from collections.abc import Sequence

from .broker import NotPublished, publish_event
from .database import Cursor, transaction
from .event_store import COLUMNS, Stored, stored

log = logging.getLogger(__name__)


def unsent(tx: Cursor, causation_id: str) -> list[Stored]:
    """What one cause has left unsent, oldest first; rows another publisher holds are skipped."""
    tx.execute(
        f"""
        SELECT {COLUMNS} FROM events WHERE causation_id = %(cause)s AND sent_at IS NULL
        ORDER BY position FOR UPDATE SKIP LOCKED
        """,
        {"cause": causation_id},
    )
    return stored(tx.fetchall())


def mark_sent(tx: Cursor, positions: Sequence[int]) -> None:
    """Losing this mark costs one duplicate, which the inbox absorbs: it is not worth a disk flush."""
    tx.execute("SET LOCAL synchronous_commit = off")
    tx.execute("UPDATE events SET sent_at = now() WHERE position = ANY(%(positions)s)", {"positions": list(positions)})


def publish_unsent(causation_id: str) -> None:
    """Publish what one cause has left unsent; what the broker does not take is left to the relay."""
    with transaction() as tx:
        sent = []
        for each in unsent(tx, causation_id):
            try:
                publish_event(each.envelope)
            except NotPublished as error:
                log.warning(
                    "left to the relay",
                    extra={"action": "publish", "event_id": str(each.row["id"]), "cause": str(error)},
                )
                break
            sent.append(each.at.position)
        if sent:
            mark_sent(tx, sent)
