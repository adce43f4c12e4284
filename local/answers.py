"""What the gateway, the provider and the watchdog answer by themselves, byte for byte where it matters."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Send

INTERNAL = b"x-openfaas-internal"


@dataclass(frozen=True, kw_only=True)
class Answer(Exception):
    """An answer that no handler gave; source is the value of X-OpenFaaS-Internal."""

    status: HTTPStatus
    source: str | None = None
    text: str = ""

    async def send(self, send: Send) -> None:
        body = self.text.encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        if self.source:
            headers.append((INTERNAL, self.source.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def not_found(name: str) -> Answer:
    return Answer(status=HTTPStatus.NOT_FOUND, text=f"error finding function {name}.openfaas-fn")


def no_endpoint(name: str) -> Answer:
    return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, source="proxy", text=f"No endpoints available for: {name}.")


def too_many(limit: int) -> Answer:
    return Answer(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        source="faas-middleware",
        text=f"Concurrent request limit exceeded. Max concurrent requests: {limit}\n",
    )


PROCESS_GONE = Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, source="of-watchdog")
EXEC_TIMEOUT = Answer(status=HTTPStatus.GATEWAY_TIMEOUT, source="of-watchdog")
UPSTREAM_TIMEOUT = Answer(status=HTTPStatus.BAD_GATEWAY)
