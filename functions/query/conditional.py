"""What the headers of a request ask for: only if changed, only a part."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def fresh(request: Request, etag: str) -> bool:
    """Does the client already have this version?"""
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    return etag in known or "*" in known


def tagged(request: Request, content: Any) -> Response:
    """The content as JSON with its digest as ETag; 304 for who has it already."""
    response = JSONResponse(content, headers={"Cache-Control": "private, no-cache"})
    etag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    if fresh(request, etag):
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    response.headers["ETag"] = etag
    return response


@dataclass(frozen=True, kw_only=True)
class Part:
    """The bytes first to last of an object, both counted."""

    first: int
    last: int


class NotSatisfiable(Exception):
    """The range lies outside the object."""


def part(request: Request, size: int, etag: str) -> Part | None:
    """The part asked for; None for the whole: no range, several ranges, or If-Range of another version.

    Raises NotSatisfiable.
    """
    found = RANGE.fullmatch(request.headers.get("range", "").strip())
    if found is None or found[0] == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return None
    first, last = (int(each) if each else None for each in found.groups())
    if first is None:
        wanted = Part(first=max(0, size - (last or 0)), last=size - 1)
    else:
        wanted = Part(first=first, last=min(size - 1, size - 1 if last is None else last))
        if last is not None and last < first:
            return None
    if wanted.first > wanted.last:
        raise NotSatisfiable
    return wanted
