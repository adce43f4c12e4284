"""document.* -> live feeds (Server-Sent Events, WebSocket) and webhooks"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from pipeline import broker
from pipeline.application import application
from pipeline.auth import cookie_key, signing_key
from pipeline.envelope import parse
from pipeline.events import EVENTS
from pipeline.refusals import Refusals
from pipeline.stage import signed_body

from . import feed, live, webhooks
from .deliver import deliver

refusals = Refusals("notify")


async def notified(request: Request) -> Response:
    """Deliver one event to the webhooks that want it."""
    event = parse(await signed_body(request, refusals), *EVENTS.values())
    return JSONResponse({"delivered": await run_in_threadpool(deliver, event)})


app = application(
    [
        Route("/", notified, methods=["POST"]),
        Route("/events", live.events),
        WebSocketRoute("/ws", live.websocket),
        *webhooks.ROUTES,
    ],
    at="/api",
    needs=[signing_key, cookie_key],
    spares=[broker.ping],
    close=feed.close,
)
