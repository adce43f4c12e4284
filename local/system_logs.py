"""/system/logs: the lines of a function's log as newline-delimited JSON, and those that follow."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from local import logs
from local.functions import NAMESPACE, Functions

DEFAULT_TAIL = 100
POLL_SECONDS = 0.2


def routes(functions: Functions) -> list[Route]:
    async def read(request: Request) -> Response:
        name = request.query_params.get("name", "").removesuffix(f".{NAMESPACE}")
        if functions.get(name) is None:
            return PlainTextResponse(f"function {name} not found", HTTPStatus.NOT_FOUND)
        tail = request.query_params.get("tail", "")
        count = int(tail) if tail.isdigit() and int(tail) else DEFAULT_TAIL
        follow = request.query_params.get("follow") in ("1", "true")
        lines = _messages(name, functions.place.log(name), count, follow=follow)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return [Route("/system/logs", read, methods=["GET"])]


async def _messages(name: str, log: Path, count: int, *, follow: bool) -> AsyncIterator[str]:
    position = log.stat().st_size if log.exists() else 0
    for line in logs.tail(log, count):
        yield _message(name, line)
    while follow:
        await asyncio.sleep(POLL_SECONDS)
        size = log.stat().st_size if log.exists() else 0
        # A log that was emptied starts anew.
        position = min(position, size)
        with log.open("rb") as file:
            file.seek(position)
            complete = file.read(size - position).rpartition(b"\n")[0]
        if complete:
            position += len(complete) + 1
            for line in complete.decode(errors="replace").splitlines():
                yield _message(name, line)


def _message(name: str, line: str) -> str:
    moment = datetime.now(UTC).isoformat()
    message = {"name": name, "namespace": NAMESPACE, "instance": name, "timestamp": moment, "text": line}
    return json.dumps(message) + "\n"
