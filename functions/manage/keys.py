"""API keys: make, list, revoke. Only the hash is kept, so a key is shown once."""

import re
from typing import Any
from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from pipeline import audit, auth
from pipeline.call import Call
from pipeline.database import Row, fetch, transaction
from pipeline.errors import Conflict, Forbidden, NotFound
from pipeline.parameters import refused

from .letters import moment

NAME_CHARS = 100
TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
COLUMNS = "id, tenant, name, scopes, created_at, revoked_at"


def listed(call: Call) -> Response:
    call.expect(query=("tenant",))
    tenant = tenant_of(call, call.query.get("tenant", call.principal.tenant))
    rows = fetch(
        f"SELECT {COLUMNS} FROM api_keys WHERE tenant = %(tenant)s ORDER BY created_at, id", {"tenant": tenant}
    )
    return JSONResponse({"keys": [shape(row) for row in rows]})


def created(call: Call) -> Response:
    """A key may not do more than the one that makes it."""
    call.expect(body=("name", "scopes", "tenant"))
    name, scopes = call.text("name", chars=NAME_CHARS), call.body.get("scopes")
    if not isinstance(scopes, list) or not scopes or not all(each in auth.SCOPES for each in map(str, scopes)):
        raise refused(f"scopes are some of: {', '.join(sorted(auth.SCOPES))}")
    if not set(scopes) <= call.principal.scopes:
        raise Forbidden(f"a key may not do more than the one that makes it: {', '.join(sorted(call.principal.scopes))}")
    tenant = tenant_of(call, call.body.get("tenant", call.principal.tenant))
    key_id, token = uuid4(), auth.new_token()
    with transaction() as tx:
        auth.keep(tx, key_id, token, tenant=tenant, scopes=frozenset(scopes), name=name)
        audit.note(tx, call, "key.created", key_id, name=name, scopes=sorted(set(scopes)), tenant=tenant)
    [row] = fetch(f"SELECT {COLUMNS} FROM api_keys WHERE id = %(id)s", {"id": key_id})
    return JSONResponse(shape(row) | {"key": token}, 201, {"Cache-Control": "no-store"})


def revoked(call: Call) -> Response:
    """Within a few seconds the key opens nothing; again changes nothing."""
    call.expect()
    if call.target == call.principal.key_id:
        raise Conflict("a key cannot revoke itself", code="own-key")
    with transaction() as tx:
        tx.execute(
            """
            UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
            WHERE id = %(id)s AND (tenant = %(tenant)s OR %(operator)s) RETURNING tenant
            """,
            {"id": call.target, "tenant": call.principal.tenant, "operator": call.by_operator},
        )
        if tx.fetchone() is None:
            raise NotFound(f"there is no key {call.target}")
        audit.note(tx, call, "key.revoked", call.target)
    return Response(status_code=204)


def tenant_of(call: Call, asked: object) -> str:
    """Only the operators of the installation may name another tenant than their own."""
    if asked == call.principal.tenant:
        return call.principal.tenant
    if not isinstance(asked, str) or not TENANT.fullmatch(asked):
        raise refused("tenant has 1 to 63 lower-case letters, digits and hyphens")
    if not call.by_operator:
        raise Forbidden("this key belongs to another tenant")
    return asked


def shape(row: Row) -> dict[str, Any]:
    key_id: UUID = row["id"]
    times = {name: moment(row[name]) for name in ("created_at", "revoked_at")}
    return {"id": str(key_id), "name": row["name"], "tenant": row["tenant"], "scopes": row["scopes"]} | times
