"""Deliver one event to the webhooks that want it, once each, and keep a log of it."""

import functools
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from uuid import UUID

import requests

from pipeline.database import Row, fetch, transaction
from pipeline.envelope import CONTENT_TYPE, Envelope, render
from pipeline.errors import Continues, Rejected
from pipeline.events import Event

from . import outbound
from .outbound import AddressNotAllowed
from .signature import signed

AT_ONCE = 8
MAX_ATTEMPTS = 10
LONGEST_WAIT_SECONDS = 900


def wanting(event: Envelope[Event]) -> list[Row]:
    """The webhooks of the tenant that want this event and do not have it yet."""
    return fetch(
        """
        SELECT w.id, w.url, w.secret, coalesce(d.attempts, 0) AS attempts
        FROM webhooks w LEFT JOIN webhook_deliveries d ON d.webhook_id = w.id AND d.event_id = %(event_id)s
        WHERE w.tenant = %(tenant)s AND w.deleted_at IS NULL AND d.delivered_at IS NULL
          AND (cardinality(w.events) = 0 OR %(name)s = ANY(w.events)) AND w.created_at <= %(time)s
        """,
        {"event_id": event.id, "tenant": event.tenant, "name": event.name, "time": event.time},
    )


def post(webhook: Row, event_id: UUID, body: bytes) -> tuple[int | None, str | None]:
    """The status, or None with what went wrong, as a word a person understands."""
    headers = {"Content-Type": CONTENT_TYPE} | signed(webhook["secret"], str(event_id), int(time.time()), body)
    try:
        status = outbound.post(webhook["url"], headers, body)
    except AddressNotAllowed:
        return None, "address-not-allowed"
    except TimeoutError:
        return None, "timeout"
    except (OSError, HTTPException, requests.RequestException, UnicodeError) as error:
        return None, type(error).__name__
    return status, None if 200 <= status < 300 else f"HTTP {status}"


def attempt(event_id: UUID, body: bytes, webhook: Row) -> str | None:
    """What went wrong, None when the webhook has the event."""
    status, error = post(webhook, event_id, body)
    log_attempt(webhook["id"], event_id, status, error)
    return error


def log_attempt(webhook_id: UUID, event_id: UUID, status: int | None, error: str | None) -> None:
    with transaction() as tx:
        tx.execute(
            """
            INSERT INTO webhook_deliveries (webhook_id, event_id, attempts, status, error, delivered_at)
            VALUES (%(webhook)s, %(event)s, 1, %(status)s, %(error)s, CASE WHEN %(error)s IS NULL THEN now() END)
            ON CONFLICT (webhook_id, event_id) DO UPDATE SET
                attempts = webhook_deliveries.attempts + 1, status = excluded.status, error = excluded.error,
                delivered_at = excluded.delivered_at, updated_at = now()
            """,
            {"webhook": webhook_id, "event": event_id, "status": status, "error": error},
        )


def deliver(event: Envelope[Event]) -> int:
    """How many webhooks got the event now.

    Raises Continues while one of them does not take it, Rejected(webhook-undeliverable) when its attempts are used up.
    """
    webhooks = wanting(event)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        errors = list(pool.map(functools.partial(attempt, event.id, render(event)), webhooks))
    refused = [
        (webhook["attempts"] + 1, f"webhook {webhook['id']}: {error}")
        for webhook, error in zip(webhooks, errors, strict=True)
        if error is not None
    ]
    if refused:
        attempts, reason = min(refused)
        if attempts >= MAX_ATTEMPTS:
            raise Rejected("webhook-undeliverable", f"{reason} after {attempts} attempts")
        raise Continues(reason, retry_after=min(2.0**attempts, LONGEST_WAIT_SECONDS))
    return len(webhooks)
