"""Documents that nothing brings forward any more: found, sent again, given up."""

from datetime import datetime, timedelta

from pipeline.broker import DEAD_LETTER_EXCHANGE, Message, event_message
from pipeline.database import Cursor, Row
from pipeline.event_store import COLUMNS, from_row

from .dead_letters import dead_letter_headers
from .journey import Journey
from .settle import DeadLetter

BATCH = 100

WAITING_FOR = {"uploaded": "classify", "classified": "extract", "extracted": "index"}


def stuck(tx: Cursor, seconds: float) -> list[Row]:
    """Unfinished documents that nothing has happened to, with the event their next stage waits for.

    Each time an event is sent again, the patience with it doubles.
    """
    tx.execute(
        f"""
        SELECT waiting.*, unfinished.state, coalesce(reemissions.times, 0) AS times
        FROM documents AS unfinished
        JOIN LATERAL (
            SELECT {COLUMNS} FROM events
            WHERE document_id = unfinished.id AND run = unfinished.run AND type = 'document.' || unfinished.state
            ORDER BY events.sequence DESC LIMIT 1
        ) AS waiting ON true
        LEFT JOIN reemissions ON reemissions.event_id = waiting.id
        WHERE unfinished.state IN ('uploaded', 'classified', 'extracted')
          AND unfinished.updated_at < now() - make_interval(secs => %(seconds)s)
          AND (reemissions.at IS NULL
               OR reemissions.at < now() - make_interval(secs => %(seconds)s * 2 ^ (reemissions.times - 1)))
          AND NOT EXISTS (SELECT FROM events WHERE document_id = unfinished.id AND sent_at IS NULL)
        ORDER BY unfinished.updated_at LIMIT %(limit)s
        """,
        {"seconds": seconds, "limit": BATCH},
    )
    return [dict(row) for row in tx.fetchall()]


def count_reemission(tx: Cursor, event_id: object) -> None:
    tx.execute(
        """
        INSERT INTO reemissions (event_id, times, at) VALUES (%(id)s, 1, now())
        ON CONFLICT (event_id) DO UPDATE SET times = reemissions.times + 1, at = excluded.at
        """,
        {"id": event_id},
    )


def has_dead_letter(tx: Cursor, event_id: object) -> bool:
    tx.execute(
        "SELECT EXISTS (SELECT FROM dead_letters WHERE event_id = %(id)s AND resolved_at IS NULL) AS dead",
        {"id": event_id},
    )
    return bool(tx.fetchall()[0]["dead"])


def given_up(row: Row, now: datetime) -> Message:
    """The event of a document that nothing brings forward, for the compensator."""
    function = WAITING_FOR[row["state"]]
    seen = {"x-first-seen": row["occurred_at"].isoformat()}
    letter = DeadLetter(
        code="timeout",
        failure_class="stuck",
        reason=f"sent {row['times'] + 1} times to {function}, and nothing came of it",
        status=None,
        journey=Journey.of(seen, now=now, patience=timedelta()),
    )
    event = event_message(from_row(row))
    return Message(
        exchange=DEAD_LETTER_EXCHANGE,
        routing_key=f"dead-letter.{function}",
        body=event.body,
        headers={**event.headers, **dead_letter_headers(function, letter, now)},
        message_id=event.message_id,
        correlation_id=event.correlation_id,
        type=event.type,
    )
