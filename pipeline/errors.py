"""What can go wrong, and what each means to the caller; pure.

PipelineError
├── Rejected           422  this document can never pass: the message is dead-lettered, the document fails
├── Continues          425  a long document made progress; call again
├── Unavailable        503  a server of ours is away: deferred without burning an attempt
│   └── CircuitOpen         it has been away for a while, and is not asked now
├── Busy               409  a live twin holds the document, or another document the child process
└── RequestError            what a client of the HTTP API did wrong
    ├── BadRequest     400
    ├── Unauthorized   401
    │   └── BadSignature
    ├── Forbidden      403
    ├── NotFound       404
    ├── Conflict       409
    ├── TooLarge       413
    ├── UnsupportedType 415
    ├── KeyReused      422
    ├── InvalidFields  422
    └── TooManyRequests 429
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class PipelineError(Exception):
    """Carries a stable kebab-case code and a reason a person understands; retry_after is in seconds."""

    status: ClassVar[HTTPStatus]
    default_code: ClassVar[str]

    def __init__(self, reason: str, *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code or self.default_code
        self.retry_after = retry_after


class Rejected(PipelineError):
    """This document can never pass: encrypted, corrupt, empty, too many pages."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "rejected"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason, code=code)


class Continues(PipelineError):
    """Not finished, and nothing is wrong with us: a page range is kept, or a webhook waits; call again later."""

    status = HTTPStatus.TOO_EARLY
    default_code = "continues"

    def __init__(self, reason: str, *, retry_after: float = 1) -> None:
        super().__init__(reason, retry_after=retry_after)


class Unavailable(PipelineError):
    """A server this function depends on does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "unavailable"

    def __init__(self, reason: str, *, retry_after: float = 5) -> None:
        super().__init__(reason, retry_after=retry_after)


class CircuitOpen(Unavailable):
    """A server is left alone for a while, since it failed again and again; the answer names it in X-Breaker."""

    default_code = "circuit-open"

    def __init__(self, dependency: str, *, retry_after: float) -> None:
        super().__init__(f"{dependency} does not answer and is left alone for a while", retry_after=retry_after)
        self.dependency = dependency


class Busy(PipelineError):
    """Another call holds this document, or what reads documents one by one, right now."""

    status = HTTPStatus.CONFLICT
    default_code = "busy"

    def __init__(self, reason: str, *, retry_after: float = 2) -> None:
        super().__init__(reason, retry_after=retry_after)


class RequestError(PipelineError):
    """A client asked for something that cannot be done."""


class BadRequest(RequestError):
    status = HTTPStatus.BAD_REQUEST
    default_code = "bad-request"


class Unauthorized(RequestError):
    status = HTTPStatus.UNAUTHORIZED
    default_code = "unauthorized"


class BadSignature(Unauthorized):
    """The connector did not sign this call, or long ago; kind is unsigned, wrong or stale."""

    def __init__(self, kind: str, reason: str, *, code: str | None = None) -> None:
        super().__init__(reason, code=code)
        self.kind = kind


class Forbidden(RequestError):
    status = HTTPStatus.FORBIDDEN
    default_code = "forbidden"


class NotFound(RequestError):
    status = HTTPStatus.NOT_FOUND
    default_code = "not-found"


class Conflict(RequestError):
    status = HTTPStatus.CONFLICT
    default_code = "conflict"


class TooLarge(RequestError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too-large"


class UnsupportedType(RequestError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported-type"


class KeyReused(RequestError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "idempotency-key-reused"


class InvalidFields(RequestError):
    """A person's values do not match the schema of the category; why, by field."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "invalid-fields"

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in reasons.items()))
        self.reasons = reasons


class TooManyRequests(RequestError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "too-many-requests"
