"""SQL of the read side: views in the schema `read`, always within one tenant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.database import Row, fetch
from pipeline.documents import COLUMNS, from_row
from pipeline.errors import NotFound
from pipeline.event_store import COLUMNS as EVENT_COLUMNS
from pipeline.model import Document


def document(document_id: UUID, tenant: str) -> Document:
    """Raises NotFound, also for a document of another tenant."""
    values = {"id": document_id, "tenant": tenant}
    rows = fetch(f"SELECT {COLUMNS} FROM read.documents WHERE id = %(id)s AND tenant = %(tenant)s", values)
    if not rows:
        raise NotFound(f"there is no document {document_id}")
    return from_row(rows[0])


def children(parents: Sequence[UUID], tenant: str) -> dict[UUID, list[str]]:
    """The ids of each parent's attachments that are not deleted, oldest first."""
    statement = """
        SELECT parent_id, array_agg(id::text ORDER BY created_at, id) AS children FROM read.documents
        WHERE parent_id = ANY(%(parents)s::uuid[]) AND tenant = %(tenant)s AND state <> 'deleted' GROUP BY parent_id
    """
    rows = fetch(statement, {"parents": [str(each) for each in parents], "tenant": tenant})
    return {row["parent_id"]: row["children"] for row in rows}


def listed(
    tenant: str,
    *,
    states: Sequence[str],
    categories: Sequence[str],
    name: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Document]:
    """Documents newest first; deleted ones only when that state is asked for. name is a part of the file name."""
    statement = f"""
        SELECT {COLUMNS} FROM read.documents
        WHERE tenant = %(tenant)s
          AND CASE WHEN %(states)s::text[] = '{{}}' THEN state <> 'deleted' ELSE state = ANY(%(states)s) END
          AND (%(categories)s::text[] = '{{}}' OR category = ANY(%(categories)s))
          AND (%(name)s::text IS NULL OR filename ILIKE %(name)s)
          AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    """
    values: dict[str, Any] = {
        "tenant": tenant,
        "states": list(states),
        "categories": list(categories),
        "name": f"%{escaped(name)}%" if name else None,
        "at": before[0] if before else None,
        "id": before[1] if before else None,
        "limit": limit,
    }
    return [from_row(row) for row in fetch(statement, values)]


def searchable_runs(document_ids: Collection[UUID], tenant: str) -> dict[UUID, int]:
    """The run of each of these documents that a search may show; documents without one are absent."""
    if not document_ids:
        return {}
    statement = """
        SELECT id, searchable_run FROM read.documents
        WHERE id = ANY(%(ids)s::uuid[]) AND tenant = %(tenant)s AND searchable_run IS NOT NULL
    """
    rows = fetch(statement, {"ids": [str(each) for each in document_ids], "tenant": tenant})
    return {row["id"]: row["searchable_run"] for row in rows}


def events(document_id: UUID, tenant: str) -> list[Row]:
    """The history of one document, in order."""
    statement = f"""
        SELECT {EVENT_COLUMNS} FROM read.events
        WHERE document_id = %(id)s AND tenant = %(tenant)s ORDER BY sequence
    """
    return fetch(statement, {"id": document_id, "tenant": tenant})


def escaped(name: str) -> str:
    """For LIKE: its wildcards stand for themselves."""
    return name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
