"""Errors as RFC 9457 problem details; the one place that turns an exception into an HTTP answer."""

import logging
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.convertors import UUIDConvertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .errors import CircuitOpen, InvalidFields, PipelineError
from .settings import MissingSetting

log = logging.getLogger(__name__)

LONGEST_ID = 80
"""Characters shown of what was given for an id."""
EXAMPLE_ID = "1f0c8c5e-3b0a-4c39-9f5e-7d2b6a1e4c90"


def answer(
    request: Request,
    status: int,
    code: str,
    detail: str,
    retry_after: float | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """more holds extension members of the problem details."""
    headers = {"Retry-After": str(math.ceil(retry_after))} if retry_after is not None else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="docstream"'
    body = {
        "type": f"https://docstream.dev/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance(request),
        "correlation_id": request.headers.get("x-call-id"),
        **(more or {}),
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def instance(request: Request) -> str:
    """The path as the client has called it, where the edge shows the function to clients."""
    at = request.app.state.at if "app" in request.scope else ""
    return f"{at}{request.url.path}".rstrip("/") or "/"


async def problem(request: Request, error: Exception) -> Response:
    """For PipelineError: its own status, code and Retry-After."""
    assert isinstance(error, PipelineError)
    more = {"fields": dict(error.reasons)} if isinstance(error, InvalidFields) else None
    response = answer(request, error.status, error.code, error.reason, error.retry_after, more)
    if isinstance(error, CircuitOpen):
        response.headers["X-Breaker"] = error.dependency
    return response


async def http_problem(request: Request, error: Exception) -> Response:
    """For what the router refuses: unknown path, wrong method."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    detail = nowhere(request) if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    response = answer(request, error.status_code, code, detail)
    response.headers.update(error.headers or {})
    return response


def nowhere(request: Request) -> str:
    """What is wrong with a path that no route takes: what stands in place of an id is none, or all of it."""
    for route in request.app.routes:
        pattern = route.path_regex.pattern if isinstance(route, Route) else ""
        loose = re.match(pattern.replace(UUIDConvertor.regex, "[^/]+"), request.url.path)
        if UUIDConvertor.regex in pattern and loose:
            return f"{loose['id'][:LONGEST_ID]!r} is not an id: ids are UUIDs, as in {EXAMPLE_ID}"
    return f"there is nothing at {instance(request)}"


async def bug(request: Request, error: Exception) -> Response:
    """For everything else: a bug of ours, whose details stay in the log."""
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", "an unexpected error; it is in the log")


async def not_configured(request: Request, error: Exception) -> Response:
    """For a setting or a secret that is absent: an operator's mistake that passes once it is mended."""
    log.error("not configured", extra={"action": "not_configured", "reason": str(error)})
    detail = "this function is not configured completely; its readiness and its log say what is missing"
    return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, "not-configured", detail, retry_after=5)


HANDLERS = {PipelineError: problem, HTTPException: http_problem, MissingSetting: not_configured, Exception: bug}
