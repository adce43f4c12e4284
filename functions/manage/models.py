"""Light models of a tenant: take one in, list, withdraw; and the corrections that the next one learns from."""

from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import audit, categories
from pipeline.auth import authenticate
from pipeline.call import Call, call
from pipeline.database import Row, fetch, transaction
from pipeline.errors import NotFound, TooLarge
from pipeline.lightmodel import npz, versions
from pipeline.parameters import refused

from .letters import moment

MODEL_BYTES = 8_000_000
MOST_DOCUMENTS = 10_000_000
MOST_CORRECTIONS = 10_000
MOST_VERSIONS = 2**31 - 1


def listed(call: Call) -> Response:
    """The newest first; the first that is not withdrawn is in use."""
    call.expect()
    return JSONResponse({"models": [shape(row) for row in versions.listed(call.principal.tenant)]})


async def taken(request: Request) -> Response:
    """The body is a model file. Raises TooLarge, BadRequest."""
    principal = await run_in_threadpool(authenticate, request, "operate")
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MODEL_BYTES:
            raise TooLarge(f"a model has at most {MODEL_BYTES} bytes")
    told = Call(principal=principal, id=None, query=dict(request.query_params), body={})
    return await run_in_threadpool(kept, told, bytes(content))


def kept(call: Call, content: bytes) -> Response:
    call.expect(query=("documents", "corrections"))
    learned = {
        name: call.number(name, least=0, most=MOST_DOCUMENTS, default=0) for name in ("documents", "corrections")
    }
    classes = classes_of(content)
    tenant = call.principal.tenant
    with transaction() as tx:
        row = versions.keep(tx, tenant, content, classes=classes, by=call.principal.key_id, **learned)
        audit.note(tx, call, "light-model.added", row["version"], sha256=row["sha256"], **learned)
    return JSONResponse(shape(row), 201)


def classes_of(content: bytes) -> tuple[str, ...]:
    """Raises BadRequest for what is no model, or knows a category that is not installed."""
    try:
        classes = npz.read(content).classes
    except ValueError as error:
        raise refused(f"the body is no model: {error}") from None
    unknown = set(classes) - {each.name for each in categories.load()}
    if unknown:
        raise refused(f"these categories are not installed: {', '.join(sorted(unknown))[:500]}")
    return classes


async def withdrawn(request: Request) -> Response:
    """The version before counts again, or the shipped model. Raises NotFound."""
    return await call("operate", partial(withdraw, version=request.path_params["version"]))(request)


def withdraw(call: Call, version: int) -> Response:
    call.expect()
    with transaction() as tx:
        if version > MOST_VERSIONS or not versions.withdraw(tx, call.principal.tenant, version):
            raise NotFound(f"there is no model {version}")
        audit.note(tx, call, "light-model.withdrawn", version)
    return Response(status_code=204)


def corrections(call: Call) -> Response:
    """The category that a person last gave to each document that is still there, the newest first."""
    call.expect()
    rows = fetch(
        """
        SELECT * FROM (
            SELECT DISTINCT ON (e.document_id) e.document_id, e.data ->> 'category' AS category, e.position
            FROM events e JOIN documents d ON d.id = e.document_id
            WHERE e.type = 'document.corrected' AND e.tenant = %(tenant)s AND e.data ? 'category'
              AND d.state <> 'deleted'
            ORDER BY e.document_id, e.position DESC
        ) AS latest ORDER BY position DESC LIMIT %(most)s
        """,
        {"tenant": call.principal.tenant, "most": MOST_CORRECTIONS},
    )
    found = [{"document_id": str(row["document_id"]), "category": row["category"]} for row in rows]
    return JSONResponse({"corrections": found})


def shape(row: Row) -> dict[str, Any]:
    times = {name: moment(row[name]) for name in ("created_at", "withdrawn_at")}
    told = {name: row[name] for name in ("version", "sha256", "classes", "documents", "corrections")}
    return told | times | {"created_by": str(row["created_by"])}
