"""A session for the page: an API key becomes a cookie that scripts cannot read and other sites cannot send."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import auth
from pipeline.json_body import body_of
from pipeline.parameters import refused

KEY_CHARS = 200


async def opened(request: Request) -> Response:
    """Raises Unauthorized for a key that is not known."""
    key = (await body_of(request)).get("key")
    if not isinstance(key, str) or not 1 <= len(key) <= KEY_CHARS:
        raise refused("key is an API key")
    principal = await run_in_threadpool(auth.holder, key)
    response = JSONResponse(shape(principal))
    response.set_cookie(
        auth.SESSION_COOKIE,
        auth.session_cookie(principal.key_id),
        max_age=auth.SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.headers.get("x-forwarded-proto", request.url.scheme) == "https",
    )
    return response


async def shown(request: Request) -> Response:
    """Raises Unauthorized once the session has ended or its key was revoked."""
    return JSONResponse(shape(await run_in_threadpool(auth.caller, request)))


def shape(principal: auth.Principal) -> dict[str, Any]:
    return {"tenant": principal.tenant, "scopes": sorted(principal.scopes)}


async def ended(request: Request) -> Response:
    response = Response(status_code=204)
    response.delete_cookie(auth.SESSION_COOKIE, httponly=True, samesite="strict")
    return response
