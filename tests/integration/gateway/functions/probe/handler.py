"""A function that says what reached it, and waits until it is told to go on."""

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pipeline import settings

released = asyncio.Semaphore(0)


async def seen(request: Request) -> Response:
    """The request as it arrived here, the environment and the secrets."""
    return JSONResponse(
        {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "headers": request.headers.items(),
            "environment": dict(os.environ),
            "secrets": {path.name: settings.secret(path.name) for path in settings.secrets_directory().iterdir()},
            "pid": os.getpid(),
        },
        headers={"Connection": "X-Private, keep-alive", "X-Private": "1", "X-Public": "2", "Keep-Alive": "timeout=7"},
    )


async def digest(request: Request) -> Response:
    total, sha256 = 0, hashlib.sha256()
    async for chunk in request.stream():
        total += len(chunk)
        sha256.update(chunk)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return JSONResponse({"bytes": total, "sha256": sha256.hexdigest(), "peak_kilobytes": peak, "pid": os.getpid()})


async def refuse(request: Request) -> Response:
    """Answers before it has read the body."""
    return JSONResponse({"code": "too-large"}, 413)


async def hold(request: Request) -> Response:
    await released.acquire()
    return JSONResponse({"pid": os.getpid()})


async def release(request: Request) -> Response:
    released.release()
    return Response(status_code=204)


async def events(request: Request) -> Response:
    """One event now, and one more each time it is released."""

    async def stream() -> AsyncIterator[str]:
        for number in range(3):
            yield f"id: {number}\ndata: {os.getpid()}\n\n"
            await released.acquire()

    return StreamingResponse(stream(), media_type="text/event-stream")


async def say(request: Request) -> Response:
    print(request.query_params["words"])
    return Response(status_code=204)


async def large(request: Request) -> Response:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(int(request.query_params["megabytes"])):
            yield b"x" * 1_000_000

    return StreamingResponse(stream(), media_type="application/octet-stream")


async def echo(socket: WebSocket) -> None:
    if "refused" in socket.query_params:
        return await socket.send_denial_response(JSONResponse({"code": "unauthorized"}, 401))
    await socket.accept(subprotocol="docstream" if "docstream" in socket.scope["subprotocols"] else None)
    async for text in socket.iter_text():
        if text == "end":
            return await socket.close(4001)
        await socket.send_text(f"{socket.headers.get('authorization')} {text}")
    return None


app = Starlette(
    routes=[
        Route("/digest", digest, methods=["POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/hold", hold),
        Route("/release", release),
        Route("/events", events),
        Route("/large", large),
        Route("/say", say),
        WebSocketRoute("/ws", echo),
        Route("/{path:path}", seen, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
    ]
)
