"""GET /documents and /documents/{id}: the list, one document, its history."""

from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.auth import authenticate
from pipeline.model import State

from . import read, shapes
from .conditional import fresh, tagged
from .parameters import Parameters, cursor, invalid_cursor

MOST_LISTED = 200


def listing(request: Request) -> Response:
    """Newest first; next_cursor is null on the last page."""
    caller = authenticate(request, "read")
    given = Parameters(request.query_params, allowed=["state", "category", "q", "cursor", "limit"])
    limit = given.number("limit", least=1, most=MOST_LISTED, default=50)
    found = read.listed(
        caller.tenant,
        states=given.choices("state", get_args(State)),
        categories=given.slugs("category"),
        name=given.text("q"),
        before=place(given.cursor()),
        limit=limit + 1,
    )
    page = found[:limit]
    children = read.children([each.id for each in page], caller.tenant)
    last = [page[-1].created_at.isoformat(), str(page[-1].id)] if len(found) > limit else None
    return JSONResponse(
        {
            "documents": [shapes.document(each, children.get(each.id, [])) for each in page],
            "next_cursor": cursor(last) if last else None,
        }
    )


def one(request: Request) -> Response:
    caller = authenticate(request, "read")
    Parameters(request.query_params, allowed=[])
    document = read.document(request.path_params["id"], caller.tenant)
    children = read.children([document.id], caller.tenant).get(document.id, [])
    headers = {"ETag": shapes.etag(document, children), "Cache-Control": "private, no-cache"}
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return JSONResponse(shapes.document(document, children), headers=headers)


def history(request: Request) -> Response:
    caller = authenticate(request, "read")
    Parameters(request.query_params, allowed=[])
    document = read.document(request.path_params["id"], caller.tenant)
    events = [shapes.event(row) for row in read.events(document.id, caller.tenant)]
    return tagged(request, {"document_id": str(document.id), "events": events})


def place(content: Any) -> tuple[datetime, UUID] | None:
    """Where a list goes on; raises BadRequest for a cursor that was tampered with."""
    if content is None:
        return None
    try:
        at, document_id = content
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise invalid_cursor()
        return moment, UUID(document_id)
    except (TypeError, ValueError, AttributeError):
        raise invalid_cursor() from None
