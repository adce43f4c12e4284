"""Which headers pass through the gateway, and which belong to one connection only."""

import time
from collections.abc import Iterable
from uuid import uuid4

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# The body always arrives chunked, and 100-continue is answered by the gateway.
REPLACED = frozenset({b"content-length", b"expect", b"host"})

RawHeaders = Iterable[tuple[bytes, bytes]]


def passed(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """All but the hop-by-hop ones and those that Connection names; names in lower case."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {part.strip() for name, value in lowered if name == b"connection" for part in value.lower().split(b",")}
    return [(name, value) for name, value in lowered if name not in HOP_BY_HOP and name not in named]


def accepting(headers: RawHeaders, media_type: bytes) -> list[tuple[bytes, bytes]]:
    """The same headers with this Accept in place of any other."""
    return [each for each in headers if each[0].lower() != b"accept"] + [(b"accept", media_type)]


def to_function(headers: RawHeaders, client: str, host: str) -> list[tuple[str, str]]:
    """The headers of a request as the function sees them."""
    received = passed(headers)
    names = {name for name, _ in received}
    forwarded = [(_text(name), _text(value)) for name, value in received if name not in REPLACED]
    forwarded += [("host", host), ("x-forwarded-for", client), ("x-start-time", str(time.time_ns()))]
    if b"x-call-id" not in names:
        forwarded.append(("x-call-id", str(uuid4())))
    if b"x-forwarded-host" not in names:
        forwarded += [("x-forwarded-host", _text(value)) for name, value in received if name == b"host"]
    return forwarded


def value(headers: RawHeaders, name: bytes) -> bytes | None:
    """The first value of a header whose names are in lower case, as ASGI has them."""
    return next((value for found, value in headers if found == name), None)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
