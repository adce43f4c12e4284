"""The JSON object that a client sends in a body."""

from typing import Any

from starlette.requests import Request

from .errors import BadRequest, TooLarge, UnsupportedType
from .json_object import json_object

BODY_BYTES = 32_768
BODY_LEVELS = 16


async def body_of(request: Request) -> dict[str, Any]:
    """No body is an empty object. Raises TooLarge, UnsupportedType, BadRequest(malformed-body)."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES:
            raise TooLarge(f"the body is larger than {BODY_BYTES} bytes")
    if not content:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedType("send application/json", code="unsupported-media-type")
    found = json_object(bytes(content), levels=BODY_LEVELS)
    if found is None:
        raise BadRequest("the body is no JSON object that can be kept", code="malformed-body")
    return found
