"""The live feed over HTTP: `GET /events` as Server-Sent Events and `/ws` as a WebSocket."""

import time
from contextlib import suppress
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline import settings
from pipeline.auth import authenticate
from pipeline.errors import BadRequest, PipelineError, TooManyRequests
from pipeline.event_store import Position

from .feed import feed
from .message import Topic
from .stream import ended, notes, server_sent, start

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


def identifier(connection: HTTPConnection, name: str) -> UUID | None:
    value = connection.query_params.get(name)
    if value is None:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise BadRequest(f"{name} is {value[:60]!r}, expected a UUID", code="invalid-parameter") from None


def seen(connection: HTTPConnection) -> Position | None:
    """Where the client stopped: the Last-Event-ID header, or `after` where no header can be set."""
    value = connection.headers.get("last-event-id") or connection.query_params.get("after")
    if not value:
        return None
    try:
        return Position.parse(value)
    except ValueError as error:
        raise BadRequest(str(error), code="invalid-cursor") from None


async def asked(connection: HTTPConnection) -> tuple[Topic, Position | None]:
    """What the client may and wants to watch; raises Unauthorized, Forbidden, BadRequest."""
    caller = await run_in_threadpool(authenticate, connection, "read")
    topic = Topic(
        tenant=caller.tenant,
        document=identifier(connection, "document"),
        correlation=identifier(connection, "correlation"),
    )
    return topic, seen(connection)


async def events(request: Request) -> Response:
    """200 with an event stream, or 204 when the client has seen all there will be.

    The limit is kept here: of-watchdog never counts back a stream whose client has gone.
    """
    topic, last_seen = await asked(request)
    if feed().count() >= (most := settings.number("MAX_LIVE_FEEDS", 2_000)):
        raise TooManyRequests(
            f"{most} live feeds are open, the most one process of this function serves", retry_after=5
        )
    if await run_in_threadpool(ended, topic, last_seen):
        return Response(status_code=204)
    after = await run_in_threadpool(start, topic, last_seen)
    stream = server_sent(topic, after, settings.number("SSE_WINDOW_SECONDS", 45))
    return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)


async def websocket(socket: WebSocket) -> None:
    """Each message is {id, event, data}; a client resumes with `?after=<id>`. A refusal closes with its reason."""
    await socket.accept()
    try:
        topic, last_seen = await asked(socket)
        after = await run_in_threadpool(start, topic, last_seen)
        with suppress(WebSocketDisconnect):
            async for each in notes(topic, after, time.monotonic() + settings.number("WS_WINDOW_SECONDS", 3600)):
                await socket.send_text(each.websocket() if each else '{"event":"ping"}')
            await socket.close(TRY_AGAIN_LATER, "resume after the last id")
    except PipelineError as error:
        await socket.close(POLICY_VIOLATION, f"{error.code}: {error.reason}"[:120])
