"""Webhooks of a tenant: register, list, test, look at the deliveries, delete."""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import rfc3339
from pipeline.auth import authenticate
from pipeline.database import Row, fetch, transaction
from pipeline.documents import now
from pipeline.errors import BadRequest, Conflict, NotFound
from pipeline.events import EVENTS
from pipeline.json_body import body_of

from . import outbound
from .deliver import post
from .outbound import AddressNotAllowed
from .signature import new_secret

MAX_URL = 2_000
MOST_WEBHOOKS = 20
"""Of one tenant: so many slow ones are served within one call."""


def checked(content: dict[str, Any]) -> tuple[str, list[str]]:
    """The address and the event names; raises BadRequest."""
    url, names = content.get("url"), content.get("events", [])
    if not isinstance(url, str) or len(url) > MAX_URL or not is_web_address(url):
        raise BadRequest("url is not an http or https address", code="invalid-parameter")
    if not isinstance(names, list) or not set(map(str, names)) <= set(EVENTS):
        raise BadRequest(f"events are some of {', '.join(EVENTS)}", code="invalid-parameter")
    return url, names


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def reachable(url: str) -> None:
    """Raises BadRequest for a name that leads into our own network; one that leads nowhere yet may do so later."""
    parts = urlsplit(url)
    try:
        outbound.permitted(parts.hostname or "", parts.port or outbound.PORTS[parts.scheme])
    except AddressNotAllowed as error:
        raise BadRequest(str(error), code="address-not-allowed") from error
    except (OSError, UnicodeError):
        return


def owned(webhook_id: UUID, tenant: str) -> Row:
    """A webhook of this tenant; raises NotFound."""
    statement = "SELECT id, url, secret FROM webhooks WHERE id = %(id)s AND tenant = %(tenant)s AND deleted_at IS NULL"
    rows = fetch(statement, {"id": webhook_id, "tenant": tenant})
    if not rows:
        raise NotFound(f"there is no webhook {webhook_id}")
    return rows[0]


async def register(request: Request) -> Response:
    """201 with the signing secret, which is shown this once."""
    caller = await run_in_threadpool(authenticate, request, "operate")
    url, names = checked(await body_of(request))
    await run_in_threadpool(reachable, url)
    content = {"id": str(uuid4()), "url": url, "events": names, "secret": new_secret()}
    await run_in_threadpool(insert, caller.tenant, content)
    return JSONResponse(content, 201, {"Cache-Control": "no-store"})


def insert(tenant: str, webhook: dict[str, Any]) -> None:
    """Raises Conflict when the tenant has as many as it may."""
    with transaction() as tx:
        tx.execute(
            """
            INSERT INTO webhooks (id, tenant, url, events, secret)
            SELECT %(id)s, %(tenant)s, %(url)s, %(events)s::text[], %(secret)s
            WHERE (SELECT count(*) FROM webhooks WHERE tenant = %(tenant)s AND deleted_at IS NULL) < %(most)s
            """,
            webhook | {"tenant": tenant, "most": MOST_WEBHOOKS},
        )
        if tx.rowcount == 0:
            raise Conflict(f"a tenant has at most {MOST_WEBHOOKS} webhooks", code="too-many-webhooks")


async def listed(request: Request) -> Response:
    caller = await run_in_threadpool(authenticate, request, "operate")
    statement = """
        SELECT id::text, url, events, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at
        FROM webhooks WHERE tenant = %(tenant)s AND deleted_at IS NULL ORDER BY created_at
    """
    return JSONResponse({"webhooks": await run_in_threadpool(fetch, statement, {"tenant": caller.tenant})})


async def deliveries(request: Request) -> Response:
    """The last hundred deliveries, newest first."""
    caller = await run_in_threadpool(authenticate, request, "operate")
    await run_in_threadpool(owned, request.path_params["id"], caller.tenant)
    statement = """
        SELECT event_id::text, attempts, status, error, delivered_at IS NOT NULL AS delivered,
               to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
        FROM webhook_deliveries WHERE webhook_id = %(id)s ORDER BY updated_at DESC LIMIT 100
    """
    rows = await run_in_threadpool(fetch, statement, {"id": request.path_params["id"]})
    return JSONResponse({"deliveries": rows})


async def tested(request: Request) -> Response:
    """Send a test event now and say what came back; it is not logged as a delivery."""
    caller = await run_in_threadpool(authenticate, request, "operate")
    webhook = await run_in_threadpool(owned, request.path_params["id"], caller.tenant)
    event_id = uuid4()
    status, error = await run_in_threadpool(post, webhook, event_id, trial(event_id, webhook["id"], caller.tenant))
    return JSONResponse({"delivered": error is None, "status": status, "error": error})


def trial(event_id: UUID, webhook_id: UUID, tenant: str) -> bytes:
    """A CloudEvent of a type of its own, so that nobody takes it for what happened to a document."""
    event = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": "/functions/notify",
        "type": "docstream.webhook.test.v1",
        "subject": str(webhook_id),
        "time": rfc3339.text(now()),
        "datacontenttype": "application/json",
        "tenant": tenant,
        "data": {"webhook_id": str(webhook_id)},
    }
    return json.dumps(event, sort_keys=True, separators=(",", ":")).encode()


async def deleted(request: Request) -> Response:
    caller = await run_in_threadpool(authenticate, request, "operate")
    await run_in_threadpool(owned, request.path_params["id"], caller.tenant)
    await run_in_threadpool(delete, request.path_params["id"])
    return Response(status_code=204)


def delete(webhook_id: UUID) -> None:
    with transaction() as tx:
        tx.execute("UPDATE webhooks SET deleted_at = now(), secret = NULL WHERE id = %(id)s", {"id": webhook_id})


ROUTES = [
    Route("/webhooks", listed, methods=["GET"]),
    Route("/webhooks", register, methods=["POST"]),
    Route("/webhooks/{id:uuid}", deleted, methods=["DELETE"]),
    Route("/webhooks/{id:uuid}/deliveries", deliveries, methods=["GET"]),
    Route("/webhooks/{id:uuid}/test", tested, methods=["POST"]),
]
