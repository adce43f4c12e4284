"""Events that are recorded but not yet confirmed by the broker. The row is the truth; publishing is best effort."""

import logging
from collections.abc import Sequence

from .broker import NotPublished, publish_event
from .database import Cursor, transaction
from .errors import PipelineError
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
    """Publish what one cause has left unsent; without the broker or the database it is left to the relay."""
    try:
        with transaction() as tx:
            sent = published(unsent(tx, causation_id))
            if sent:
                mark_sent(tx, sent)
    except PipelineError as error:
        left_to_the_relay(causation_id, error)


def published(events: Sequence[Stored]) -> list[int]:
    """The positions of those that the broker has taken, up to the first that it has not."""
    sent: list[int] = []
    for each in events:
        try:
            publish_event(each.envelope)
        except NotPublished as error:
            left_to_the_relay(str(each.row["causation_id"]), error)
            break
        sent.append(each.at.position)
    return sent


def left_to_the_relay(causation_id: str, error: Exception) -> None:
    log.warning("left to the relay", extra={"action": "publish", "causation_id": causation_id, "reason": str(error)})
