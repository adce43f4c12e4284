"""What every function's application has: problem details, JSON logs, a correlation id on every answer, readiness."""

import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import database, problem
from .errors import PipelineError, Unavailable
from .settings import MissingSetting

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

of_this_call: ContextVar[str | None] = ContextVar("of_this_call", default=None)


class JsonLines(logging.Formatter):
    """One JSON object per line: level, logger, message, the call's correlation id and whatever was given as extra."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        call = {"correlation_id": call_id} if (call_id := of_this_call.get()) else {}
        line = call | {key: value for key, value in vars(record).items() if key not in PLAIN} | line
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def log_as_json() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("pika", "opensearch", "botocore", "urllib3", "docling"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class CorrelationId:
    """X-Call-Id on every call, answer and log line: the caller's own, by this or by X-Correlation-Id, or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        call_id = headers["x-call-id"] = named(headers) or str(uuid4())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("x-call-id", call_id)
            await send(message)

        token = of_this_call.set(call_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            of_this_call.reset(token)


def named(headers: Mapping[str, str]) -> str | None:
    """A gateway gives every call an id, so what the client itself has chosen goes first; it must be a UUID."""
    try:
        return str(UUID(headers.get("x-correlation-id", "")))
    except ValueError:
        return headers.get("x-call-id")


class NotReady(Unavailable):
    """The function runs, and would fail its calls."""

    default_code = "function-not-ready"


def missing(needs: Sequence[Callable[[], None]]) -> list[str]:
    """What a function cannot work without and does not find, in words."""
    reasons = []
    for ping in needs:
        try:
            ping()
        except PipelineError as error:
            reasons.append(error.reason)
        except MissingSetting as error:
            reasons.append(str(error))
    return list(dict.fromkeys(reasons))


def readiness(needs: Sequence[Callable[[], None]], spares: Sequence[Callable[[], None]]) -> Route:
    """200 when everything that is needed answers; 503 problem details that name each that does not."""

    async def ready(request: Request) -> Response:
        reasons, without = await run_in_threadpool(missing, needs), await run_in_threadpool(missing, spares)
        if reasons:
            raise NotReady("; ".join([*reasons, *without]), retry_after=1)
        return JSONResponse({"status": "ready"} | ({"without": without} if without else {}))

    return Route("/ready", ready)


def nothing() -> None:
    """What most functions have to start and to close beside the clients of their process."""


def application(
    routes: Sequence[BaseRoute],
    *,
    at: str = "",
    needs: Sequence[Callable[[], None]] = (),
    spares: Sequence[Callable[[], None]] = (),
    start: Callable[[], None] = nothing,
    close: Callable[[], None] = nothing,
) -> Starlette:
    """at is where the edge shows the function to clients. needs, beside the database, are asked by the readiness, and
    spares, which the function works without for a while; each raises what is wrong. start loads, on a thread, what the
    first call should not wait for; close ends what the function holds open.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        log_as_json()
        threading.Thread(target=start, name="start", daemon=True).start()
        yield
        close()
        database.close()

    app = Starlette(
        routes=[*routes, readiness((database.ping, *needs), spares)],
        exception_handlers=problem.HANDLERS,
        middleware=[Middleware(CorrelationId)],
        lifespan=lifespan,
    )
    app.state.at = at
    return app
