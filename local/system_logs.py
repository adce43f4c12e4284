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
MOST_SINCE = 10_000
POLL_SECONDS = 0.2
BEGINNING = "0001-01-01T00:00:00+00:00"


def routes(functions: Functions) -> list[Route]:
    async def read(request: Request) -> Response:
        name = request.query_params.get("name", "").removesuffix(f".{NAMESPACE}")
        if functions.get(name) is None:
            return PlainTextResponse(f"function {name} not found", HTTPStatus.NOT_FOUND)
        try:
            since = moment(request.query_params.get("since") or BEGINNING)
        except ValueError:
            return PlainTextResponse("since is a time, as in 2025-03-01T10:00:00Z", HTTPStatus.BAD_REQUEST)
        tail = request.query_params.get("tail", "")
        usual = MOST_SINCE if "since" in request.query_params else DEFAULT_TAIL
        count = int(tail) if tail.isdigit() and int(tail) else usual
        follow = request.query_params.get("follow") in ("1", "true")
        lines = _messages(name, functions.place.log(name), count, since, follow=follow)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return [Route("/system/logs", read, methods=["GET"])]


async def _messages(name: str, log: Path, count: int, since: datetime, *, follow: bool) -> AsyncIterator[str]:
    position = log.stat().st_size if log.exists() else 0
    at = datetime.now(UTC)
    for line in logs.tail(log, count):
        at = written_at(line) or at
        if at >= since:
            yield _message(name, line, at)
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
                yield _message(name, line, written_at(line) or datetime.now(UTC))


def moment(text: str) -> datetime:
    """Without a zone it is UTC; raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def written_at(line: str) -> datetime | None:
    """When a function wrote a line of JSON; None for another line, such as one of a traceback."""
    try:
        return moment(json.loads(line)["at"])
    except (ValueError, KeyError, TypeError):
        return None


def _message(name: str, line: str, at: datetime) -> str:
    message = {"name": name, "namespace": NAMESPACE, "instance": name, "timestamp": at.isoformat(), "text": line}
    return json.dumps(message) + "\n"
