"""Idempotency keys in PostgreSQL: claim, renew while streaming, keep the reply, let go.

A claim is a document id with a lease; only the claim that a key still names may be committed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline.database import Cursor, transaction
from pipeline.errors import Conflict

ROUTE = "POST /upload"
LEASE_SECONDS = 30
KEPT_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Claim:
    tenant: str
    key: str
    document_id: UUID

    @property
    def row(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "route": ROUTE, "key": self.key, "claim": self.document_id}


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The request was carried out before: what was asked, and what was answered."""

    fingerprint: str
    reply: dict[str, Any]


def claim(tenant: str, key: str, document_id: UUID) -> Claim | Finished:
    """Take a key that is new, expired, or left behind by a call that died; raises Conflict while one is at work."""
    wanted = Claim(tenant=tenant, key=key, document_id=document_id)
    values = wanted.row | {"lease": LEASE_SECONDS, "kept": KEPT_DAYS}
    with transaction() as tx:
        tx.execute(
            """
            INSERT INTO idempotency_keys (tenant, route, key, claim, lease_until, expires_at)
            VALUES (%(tenant)s, %(route)s, %(key)s, %(claim)s, now() + %(lease)s * interval '1 second',
                    now() + %(kept)s * interval '1 day')
            ON CONFLICT (tenant, route, key) DO UPDATE
            SET claim = EXCLUDED.claim, lease_until = EXCLUDED.lease_until, expires_at = EXCLUDED.expires_at,
                created_at = now(), fingerprint = NULL, status = NULL, body = NULL
            WHERE idempotency_keys.expires_at < now()
               OR (idempotency_keys.status IS NULL AND idempotency_keys.lease_until < now())
            RETURNING claim
            """,
            values,
        )
        if tx.fetchone():
            return wanted
        tx.execute(
            """
            SELECT fingerprint, body, greatest(extract(epoch FROM lease_until - now()), 1)::float AS wait
            FROM idempotency_keys WHERE tenant = %(tenant)s AND route = %(route)s AND key = %(key)s
            """,
            values,
        )
        row = tx.fetchone()
    if row is None or row["body"] is None:
        wait = row["wait"] if row else 1
        raise Conflict("a request with this Idempotency-Key is at work", code="in-progress", retry_after=wait)
    return Finished(fingerprint=row["fingerprint"], reply=row["body"])


def renew(held: Claim) -> None:
    """Raises Conflict when another request has taken the key over."""
    with transaction() as tx:
        tx.execute(
            """
            UPDATE idempotency_keys SET lease_until = now() + %(lease)s * interval '1 second'
            WHERE tenant = %(tenant)s AND route = %(route)s AND key = %(key)s AND claim = %(claim)s AND status IS NULL
            """,
            held.row | {"lease": LEASE_SECONDS},
        )
        ensure_held(tx)


def finish(tx: Cursor, held: Claim, *, fingerprint: str, reply: dict[str, Any]) -> None:
    """Keep the reply, in the transaction that makes it true; raises Conflict when the key was taken over."""
    tx.execute(
        """
        UPDATE idempotency_keys SET fingerprint = %(fingerprint)s, status = 202, body = %(body)s::jsonb
        WHERE tenant = %(tenant)s AND route = %(route)s AND key = %(key)s AND claim = %(claim)s AND status IS NULL
        """,
        held.row | {"fingerprint": fingerprint, "body": json.dumps(reply)},
    )
    ensure_held(tx)


def ensure_held(tx: Cursor) -> None:
    if tx.rowcount == 0:
        raise Conflict("another request with this Idempotency-Key has taken over", code="in-progress", retry_after=1)


def release(held: Sequence[Claim]) -> None:
    """Nothing was accepted: the next request with one of these keys starts anew."""
    with transaction() as tx:
        tx.execute(
            """
            DELETE FROM idempotency_keys
            WHERE route = %(route)s AND claim = ANY(%(claims)s) AND status IS NULL
            """,
            {"route": ROUTE, "claims": [each.document_id for each in held]},
        )
