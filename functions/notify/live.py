"""The live feed over HTTP: `GET /events` as Server-Sent Events and `/ws` as a WebSocket."""

import functools
import time
from contextlib import suppress
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline import settings
from pipeline.auth import authenticate
from pipeline.errors import BadRequest, NotFound, PipelineError, TooManyRequests
from pipeline.event_store import Position
from pipeline.parameters import only, refused

from .feed import feed
from .message import Topic
from .stream import Allowed, ended, exists, notes, server_sent, start

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
PARAMETERS = ("document", "correlation", "after")
NORMAL_CLOSURE = 1000
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
"""RFC 6455 7.4.1 and the registry of WebSocket close codes."""
CLOSE_BYTES = 123
"""RFC 6455 5.5: what a control frame holds beside the code."""


def identifier(connection: HTTPConnection, name: str) -> UUID | None:
    value = connection.query_params.get(name)
    if value is None:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise refused(f"{name} is {value[:60]!r}, expected a UUID") from None


def seen(connection: HTTPConnection) -> Position | None:
    """Where the client stopped: the Last-Event-ID header, or `after` where no header can be set."""
    value = connection.headers.get("last-event-id") or connection.query_params.get("after")
    if not value:
        return None
    try:
        return Position.parse(value)
    except ValueError as error:
        raise BadRequest(str(error), code="invalid-cursor") from None


async def asked(connection: HTTPConnection) -> tuple[Topic, Position | None, Allowed]:
    """What the client may and wants to watch, and what asks again later whether it still may.

    A correlation may be watched before its upload. The limit of feeds is kept here: of-watchdog never counts back a
    stream whose client has gone. Raises Unauthorized, Forbidden, BadRequest, NotFound, TooManyRequests.
    """
    allowed = functools.partial(authenticate, connection, "read")
    caller = await run_in_threadpool(allowed)
    only(connection.query_params, PARAMETERS)
    topic = Topic(
        tenant=caller.tenant,
        document=identifier(connection, "document"),
        correlation=identifier(connection, "correlation"),
    )
    last_seen = seen(connection)
    if topic.document and not await run_in_threadpool(exists, topic):
        raise NotFound(f"there is no document {topic.document}")
    if feed().count() >= (most := settings.number("MAX_LIVE_FEEDS", 2_000)):
        reason = f"{most} live feeds are open, the most one process of this function serves"
        raise TooManyRequests(reason, retry_after=5)
    return topic, last_seen, allowed


async def events(request: Request) -> Response:
    """200 with an event stream, or 204 when the client has seen all there will be."""
    topic, last_seen, allowed = await asked(request)
    if await run_in_threadpool(ended, topic, last_seen):
        return Response(status_code=204)
    after = await run_in_threadpool(start, topic, last_seen)
    stream = server_sent(topic, after, settings.number("SSE_WINDOW_SECONDS", 45), allowed)
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


async def websocket(socket: WebSocket) -> None:
    """Each message is {id, event, data}; a client resumes with `?after=<id>`.

    Closed with 1000 when no more will come, with 1013 when the client should come again, else with 1008 and the reason.
    """
    await socket.accept()
    with suppress(WebSocketDisconnect):
        try:
            finished = await shown(socket)
            await socket.close(
                *((NORMAL_CLOSURE, "the end") if finished else (TRY_AGAIN_LATER, "resume after the last id"))
            )
        except PipelineError as error:
            code = POLICY_VIOLATION if error.retry_after is None else TRY_AGAIN_LATER
            await socket.close(code, closing_words(error))


def closing_words(error: PipelineError) -> str:
    """Cut to what a close frame holds, which is counted in bytes."""
    return f"{error.code}: {error.reason}".encode()[:CLOSE_BYTES].decode(errors="ignore")


async def shown(socket: WebSocket) -> bool:
    """Send everything until the window is over; has the client seen all there will be?"""
    topic, last, allowed = await asked(socket)
    if not await run_in_threadpool(ended, topic, last):
        after = await run_in_threadpool(start, topic, last)
        until = time.monotonic() + settings.number("WS_WINDOW_SECONDS", 3600)
        async for each in notes(topic, after, until, allowed):
            await socket.send_text(each.websocket() if each else '{"event":"ping"}')
            last = each.at if each and each.at else last
    return await run_in_threadpool(ended, topic, last)
