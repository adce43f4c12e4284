"""Light models that tenants fitted on their own documents: kept and numbered."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ..database import Cursor, Row, fetch

COLUMNS = "version, sha256, classes, documents, corrections, created_at, created_by, withdrawn_at"
VERSIONS_KEPT = 20
"""Of a tenant; one more where the one that was in use before the newest is older than these."""


def keep(
    tx: Cursor, tenant: str, content: bytes, *, classes: Sequence[str], documents: int, corrections: int, by: UUID
) -> Row:
    """The next version: a model file of these classes. documents, corrections: learned from."""
    tx.execute("SELECT pg_advisory_xact_lock(hashtext('light_models'), hashtext(%(tenant)s))", {"tenant": tenant})
    values: dict[str, Any] = {
        "tenant": tenant,
        "content": content,
        "sha256": hashlib.sha256(content).hexdigest(),
        "classes": list(classes),
        "documents": documents,
        "corrections": corrections,
        "by": by,
    }
    make_room(tx, tenant)
    tx.execute(
        f"""
        INSERT INTO light_models (tenant, version, content, sha256, classes, documents, corrections, created_by)
        SELECT %(tenant)s, coalesce(max(version), 0) + 1, %(content)s, %(sha256)s, %(classes)s, %(documents)s,
               %(corrections)s, %(by)s
        FROM light_models WHERE tenant = %(tenant)s
        RETURNING {COLUMNS}
        """,
        values,
    )
    [row] = tx.fetchall()
    return dict(row)


def make_room(tx: Cursor, tenant: str) -> None:
    """For one more version: the oldest go, and never the one in use."""
    tx.execute(
        """
        DELETE FROM light_models WHERE tenant = %(tenant)s
        AND version NOT IN (
            SELECT version FROM light_models WHERE tenant = %(tenant)s ORDER BY version DESC LIMIT %(kept)s
        )
        AND version IS DISTINCT FROM (
            SELECT max(version) FROM light_models WHERE tenant = %(tenant)s AND withdrawn_at IS NULL
        )
        """,
        {"tenant": tenant, "kept": VERSIONS_KEPT - 1},
    )


def listed(tenant: str) -> list[Row]:
    """The newest first."""
    statement = f"SELECT {COLUMNS} FROM light_models WHERE tenant = %(tenant)s ORDER BY version DESC"
    return fetch(statement, {"tenant": tenant})


def withdraw(tx: Cursor, tenant: str, version: int) -> bool:
    """The one before counts again; again changes nothing. False where there is none of that number."""
    tx.execute(
        """
        UPDATE light_models SET withdrawn_at = coalesce(withdrawn_at, now())
        WHERE tenant = %(tenant)s AND version = %(version)s RETURNING version
        """,
        {"tenant": tenant, "version": version},
    )
    return tx.fetchone() is not None
