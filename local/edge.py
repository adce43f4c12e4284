"""What a client of /api/* gets in place of the gateway's own plain answers: problem details, as from the functions."""

from http import HTTPStatus
from typing import NamedTuple

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from local.answers import Answer
from pipeline import problem

LARGEST_HEADERS = 65_536
"""Bytes of all names and values."""


class Told(NamedTuple):
    status: HTTPStatus
    code: str
    detail: str
    retry_after: int | None = None


GONE = Told(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "the function that answers this has just ended", 1)
LATE = Told(HTTPStatus.GATEWAY_TIMEOUT, "gateway-timeout", "the function did not answer in time")
BUSY = Told(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", "the function works on as many calls as it may", 1)
MEANINGS = {
    HTTPStatus.INTERNAL_SERVER_ERROR: GONE,
    HTTPStatus.SERVICE_UNAVAILABLE: GONE,
    HTTPStatus.NOT_FOUND: GONE,
    HTTPStatus.BAD_GATEWAY: LATE,
    HTTPStatus.GATEWAY_TIMEOUT: LATE,
    HTTPStatus.TOO_MANY_REQUESTS: BUSY,
}
"""By the status of the gateway's answer; a function that is not deployed is one that ended."""

TOO_LARGE = Told(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "headers-too-large",
    f"the headers have more than {LARGEST_HEADERS} bytes",
)


def too_large(scope: Scope) -> bool:
    return sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS


async def say(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """As it is on a function's own address, in our words on /api/*."""
    if scope["path"].startswith("/api/"):
        await tell(MEANINGS[answer.status], scope, receive, send)
    else:
        await answer.send(send)


async def tell(told: Told, scope: Scope, receive: Receive, send: Send) -> None:
    await problem.answer(Request(scope), *told)(scope, receive, send)
