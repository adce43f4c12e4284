"""Dead letters as operators see them: list, and one with its message and history."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from pipeline import event_store, rfc3339
from pipeline.call import Call
from pipeline.database import Row, fetch
from pipeline.errors import BadRequest, NotFound
from pipeline.parameters import refused

COLUMNS = """id, tenant, document_id, run, event_id, function, attempt, replay, code, class, status, reason,
    first_failed, last_failed, recorded_at, resolved_at, resolution"""
# What nobody could read belongs to no tenant: the operators of the installation see it.
VISIBLE = "(tenant = %(tenant)s OR (tenant IS NULL AND %(operator)s))"
PREVIEW_BYTES = 4_096
FILTERS = ("function", "code", "class", "document", "state")


def visible_to(call: Call) -> dict[str, Any]:
    return {"tenant": call.principal.tenant, "operator": call.by_operator}


def conditions(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """SQL and values of the filters; raises BadRequest."""
    state = given.get("state")
    if state not in (None, "open", "resolved"):
        raise refused("state is one of: open, resolved")
    values = {name: given[name] for name in FILTERS if name in given and name != "state"}
    if not all(isinstance(each, str) and each for each in values.values()):
        raise refused(f"{', '.join(FILTERS)} are texts that say something")
    if "document" in values:
        try:
            values["document"] = UUID(values["document"])
        except ValueError:
            raise refused("document is the id of a document") from None
    columns = {"document": "document_id"}
    wanted = [f"{columns.get(name, name)} = %({name})s" for name in values]
    resolved = {None: [], "open": ["resolved_at IS NULL"], "resolved": ["resolved_at IS NOT NULL"]}[state]
    return " AND ".join([VISIBLE, *wanted, *resolved]), values


def listed(call: Call) -> Response:
    """The newest first."""
    call.expect(query=(*FILTERS, "cursor", "limit"))
    limit = call.number("limit", least=1, most=200, default=50)
    where, values = conditions(dict(call.query))
    at, last = place(call.query["cursor"]) if "cursor" in call.query else (None, None)
    rows = fetch(
        f"""
        SELECT {COLUMNS} FROM dead_letters
        WHERE {where} AND (%(at)s::timestamptz IS NULL OR (recorded_at, id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY recorded_at DESC, id DESC LIMIT %(more)s
        """,
        visible_to(call) | values | {"at": at, "last": last, "more": limit + 1},
    )
    following = cursor(rows[limit - 1]) if len(rows) > limit else None
    return JSONResponse({"dead_letters": [shape(row) for row in rows[:limit]], "next_cursor": following})


def shown(call: Call) -> Response:
    """One letter with its message, the start of its body, and what happened to its document."""
    call.expect()
    row = one(call)
    body = bytes(row["body"])
    history = event_store.history(row["document_id"]) if row["document_id"] else []
    more = {
        "headers": row["headers"],
        "body": body[:PREVIEW_BYTES].decode("utf-8", errors="replace"),
        "body_bytes": len(body),
        "history": [
            {
                "sequence": each.row["sequence"],
                "run": each.row["run"],
                "type": each.row["type"],
                "id": str(each.row["id"]),
            }
            for each in history
        ],
    }
    return JSONResponse(shape(row) | more)


def one(call: Call) -> Row:
    """Raises NotFound, also for a letter of another tenant."""
    rows = fetch(
        f"SELECT {COLUMNS}, headers, body FROM dead_letters WHERE id = %(id)s AND {VISIBLE}",
        visible_to(call) | {"id": call.target},
    )
    if not rows:
        raise NotFound(f"there is no dead letter {call.target}")
    return rows[0]


def shape(row: Row) -> dict[str, Any]:
    same = {
        name: row[name] for name in ("function", "code", "class", "reason", "status", "replay", "run", "resolution")
    }
    ids = {name: str(row[name]) if row[name] else None for name in ("id", "document_id", "event_id")}
    times = {name: moment(row[name]) for name in ("first_failed", "last_failed", "recorded_at", "resolved_at")}
    here = f"/api/dead-letters/{row['id']}"
    links = {"self": here, "replay": f"{here}/replay", "discard": f"{here}/discard"}
    state = "open" if row["resolved_at"] is None else "resolved"
    return ids | same | times | {"attempts": row["attempt"], "state": state, "links": links}


def moment(at: datetime | None) -> str | None:
    return rfc3339.text(at) if at else None


def cursor(row: Row) -> str:
    return base64.urlsafe_b64encode(f"{row['recorded_at'].isoformat()} {row['id']}".encode()).decode().rstrip("=")


def place(text: str) -> tuple[datetime, UUID]:
    try:
        at, last = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode().split(" ")
        return datetime.fromisoformat(at), UUID(last)
    except (ValueError, binascii.Error):
        raise BadRequest("the cursor is not one that this list gave out", code="invalid-cursor") from None
