"""GET /operations: what the system is doing, for operators."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import rfc3339
from pipeline.auth import authenticate
from pipeline.database import Row, fetch
from pipeline.settings import operator_tenant

from .parameters import Parameters

SEEN_SECONDS = 30
"""A connector that has not reported for longer is gone."""
RATE_MINUTES = 5


def operations(request: Request) -> Response:
    caller = authenticate(request, "operate")
    Parameters(request.query_params, allowed=[])
    consumers = fetch(CONSUMERS, {"seconds": SEEN_SECONDS})
    tenant = {"tenant": caller.tenant, "minutes": RATE_MINUTES, "operator": caller.tenant == operator_tenant()}
    letters = fetch(DEAD_LETTERS, tenant)
    return JSONResponse(
        {
            "queues": [queue(row, consumers) for row in fetch(QUEUES, {"seconds": SEEN_SECONDS})],
            "consumers": [consumer(row) for row in consumers],
            "breakers": [breaker(row) for row in fetch(BREAKERS)],
            "documents": {row["state"]: row["count"] for row in fetch(STATES, tenant)},
            "rates": {row["type"]: round(row["count"] / RATE_MINUTES, 2) for row in fetch(RATES, tenant)},
            "dead_letters": sum(row["count"] for row in letters),
            "dead_letters_by_class": {row["class"]: row["count"] for row in letters},
            "refused_calls": [refused(row) for row in fetch(REFUSED)],
            "unsent_events": fetch("SELECT count(*) FROM read.events WHERE sent_at IS NULL")[0]["count"],
        }
    )


CONSUMERS = """
    SELECT * FROM read.consumers WHERE seen_at > now() - make_interval(secs => %(seconds)s) ORDER BY function, connector
"""
BREAKERS = """
    SELECT name, coalesce(state, 'closed') AS state, opened_at
    FROM unnest(ARRAY['object-store', 'ollama', 'postgresql', 'search']) AS name LEFT JOIN read.breakers USING (name)
    ORDER BY name
"""
STATES = "SELECT state, count(*) FROM read.documents WHERE tenant = %(tenant)s GROUP BY state"
RATES = """
    SELECT type, count(*) FROM read.events
    WHERE tenant = %(tenant)s AND recorded_at > now() - make_interval(mins => %(minutes)s)
      AND position > (SELECT coalesce(max(position), 0) FROM read.events) - 100000
    GROUP BY type ORDER BY type
"""
DEAD_LETTERS = """
    SELECT coalesce(class, 'unknown') AS class, count(*) FROM read.dead_letters
    WHERE resolved_at IS NULL AND (tenant = %(tenant)s OR (tenant IS NULL AND %(operator)s)) GROUP BY 1 ORDER BY 1
"""
REFUSED = "SELECT * FROM read.refused_calls ORDER BY function, reason"
QUEUES = """
    SELECT name, ready FROM read.queues WHERE seen_at > now() - make_interval(secs => %(seconds)s)
    ORDER BY name LIKE 'delay.%%', name = 'parking', name
"""


def queue(row: Row, consumers: list[Row]) -> dict[str, Any]:
    """kind is function, delay (a retry waits there), or parking (empty in health)."""
    name = row["name"]
    kind = "delay" if name.startswith("delay.") else "parking" if name == "parking" else "function"
    unacked = sum(each["unacked"] or 0 for each in consumers if each["function"] == name)
    return {"name": name, "kind": kind, "ready": row["ready"], "unacked": unacked}


def consumer(row: Row) -> dict[str, Any]:
    return {
        "connector": row["connector"],
        "function": row["function"],
        "state": row["state"],
        "workers": row["workers"],
        "active": row["active"],
        "handled": row["handled"],
        "failed": row["failed"],
        "seen_at": rfc3339.text(row["seen_at"]),
    }


def breaker(row: Row) -> dict[str, Any]:
    opened_at = rfc3339.text(row["opened_at"]) if row["opened_at"] else None
    return {"name": row["name"], "state": row["state"], "opened_at": opened_at}


def refused(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("function", "reason", "count")} | {"last_at": rfc3339.text(row["last_at"])}
