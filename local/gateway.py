"""The functions of a stack file behind one HTTP address as OpenFaaS serves them; /api/* and the page as at the edge."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local import answers, edge, headers, provider, proxy, routes, socket_proxy
from local.functions import NAMESPACE, Function, Functions
from local.logs import keep_bounded
from local.stackfile import FunctionSpec
from pipeline import problem


class Gateway:
    """An ASGI application; functions start with its lifespan and end with it."""

    def __init__(self, specs: Iterable[FunctionSpec], functions: Functions, upstream_timeout: float) -> None:
        self.specs = tuple(specs)
        self.functions = functions
        self.upstream_timeout = upstream_timeout
        self.streams: set[asyncio.Task[Any]] = set()
        self.system = provider.application(self.functions)
        self.rest = Starlette(routes=[Route("/healthz", healthz)], lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        for spec in self.specs:
            await self.functions.deploy(spec)
        logs = asyncio.create_task(keep_bounded(self.functions.place.home / "logs"))
        yield
        logs.cancel()
        await self.functions.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith("/function/"):
            name, _, rest = path.removeprefix("/function/").partition("/")
            return await self.invoke(name.removesuffix(f".{NAMESPACE}"), "/" + rest, scope, receive, send)
        if path == "/" or path.startswith(("/api/", "/page/")):
            if scope["type"] == "http" and edge.too_large(scope):
                return await edge.tell(edge.TOO_LARGE, scope, receive, send)
            target = routes.target(scope.get("method", "GET"), path)
            if target is None:
                return await no_such_path(scope, receive, send)
            if path == "/api/events":  # only so does an OpenFaaS gateway let a stream flow, whatever the client says
                scope = {**scope, "headers": headers.accepting(scope["headers"], proxy.EVENT_STREAM)}
            return await self.invoke(*target, scope, receive, send)
        app: ASGIApp = self.system if path.startswith("/system/") else self.rest
        return await app(scope, receive, send)

    async def invoke(self, name: str, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        function = self.functions.get(name)
        if function is None:
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close"})
            return await edge.say(answers.not_found(name), scope, receive, send)
        if scope["type"] == "websocket" or headers.value(scope["headers"], b"accept") == proxy.EVENT_STREAM:
            return await self.stream(function, path, scope, receive, send)
        return await self.exchange(function, path, scope, receive, send)

    async def exchange(self, function: Function, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await proxy.call(function, path, scope, receive, send, upstream_timeout=self.upstream_timeout)
        if answer is not None:
            await edge.say(answer, scope, receive, send)

    async def stream(self, function: Function, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A call without an end of its own; end_streams ends it, and its client resumes later."""
        task = asyncio.current_task()
        assert task is not None
        self.streams.add(task)
        try:
            if scope["type"] == "websocket":
                await socket_proxy.call(function, path, scope, receive, send)
            else:
                await self.exchange(function, path, scope, receive, send)
        except asyncio.CancelledError:
            return
        finally:
            self.streams.discard(task)

    def end_streams(self) -> None:
        for task in self.streams:
            task.cancel()


async def healthz(request: Request) -> Response:
    return PlainTextResponse("OK")


async def no_such_path(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close"})
    detail = f"there is nothing at {scope['path']}"
    return await problem.answer(Request(scope), HTTPStatus.NOT_FOUND, "not-found", detail)(scope, receive, send)
