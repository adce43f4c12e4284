"""GET /documents/{id}/text, /fields, /original and /pages/{n}.png: what is in the object store."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from pipeline import blobs
from pipeline.auth import authenticate
from pipeline.errors import NotFound, Rejected
from pipeline.fields import corrected, corrections_of
from pipeline.model import TERMINAL, Document

from . import read, shapes
from .conditional import NotSatisfiable, fresh, part
from .parameters import Parameters

PICTURE_SCALE = 2.0
"""Pixels to the point: 144 dpi."""
DRAWING = threading.Semaphore(2)
"""A large picture takes several hundred megabytes while it is drawn."""
SAFE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


def text(request: Request) -> Response:
    """Markdown; each page begins with a line `<!-- page N -->`."""
    document = asked(request)
    headers = {"ETag": version(document), "Cache-Control": "private, no-cache", **SAFE}
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    with present():
        markdown = blobs.read(ready(document, document.text_key))
    return Response(markdown, media_type="text/markdown", headers=headers)


def fields(request: Request) -> Response:
    document = asked(request)
    headers = {"ETag": version(document), "Cache-Control": "private, no-cache"}
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    key = ready(document, document.fields_key)
    with present():
        stored = json.loads(blobs.read(key))
    found = corrected(stored, corrections_of(document))
    return JSONResponse(shapes.fields(document.id, run_of(key), document.category, found), headers=headers)


def original(request: Request) -> Response:
    """The file as it was uploaded, whole or in part; never shown inside our origin."""
    document = asked(request)
    headers = {
        "ETag": f'"{document.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": attachment(document.filename),
        **SAFE,
    }
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    try:
        wanted = part(request, document.size, headers["ETag"])
    except NotSatisfiable:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{document.size}"})
    first, last = (wanted.first, wanted.last) if wanted else (0, document.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{document.size}"
    if request.method == "HEAD" or document.size == 0:
        return Response(status_code=206 if wanted else 200, headers=headers, media_type=document.media_type)
    body = begun(blobs.chunks(document.original_key, first, last))
    return StreamingResponse(body, 206 if wanted else 200, headers, media_type=document.media_type)


def picture(request: Request) -> Response:
    """A PNG of one page of a PDF or an image."""
    document = asked(request)
    number = request.path_params["number"]
    if not shapes.has_pictures(document):
        raise NotFound(f"there are no page pictures of {document.media_type}", code="no-picture")
    if number < 1 or (document.pages is not None and number > document.pages):
        raise NotFound(f"there is no page {number}", code="no-such-page")
    headers = {"ETag": f'"{document.sha256}-{number}"', "Cache-Control": "private, max-age=3600", **SAFE}
    if fresh(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(drawn(document, number), media_type="image/png", headers=headers)


def drawn(document: Document, number: int) -> bytes:
    from pipeline import reading  # only here is a PDF engine needed

    with DRAWING, TemporaryDirectory() as folder, present():
        path = Path(folder) / "original"
        blobs.download(document.original_key, path, sha256=document.sha256)
        return reading.page_picture(path, number, scale=PICTURE_SCALE)


def asked(request: Request) -> Document:
    """The document of this request; raises Unauthorized, Forbidden, BadRequest, NotFound, also once it is deleted."""
    caller = authenticate(request, "read")
    Parameters(request.query_params, allowed=[])
    document = read.document(request.path_params["id"], caller.tenant)
    if document.state == "deleted":
        raise NotFound("the document is deleted", code="deleted")
    return document


def ready(document: Document, key: str | None) -> str:
    """The key of an object that a stage made; raises NotFound while there is none."""
    if key is not None:
        return key
    if document.state in TERMINAL:
        raise NotFound("the document failed before this was made; its `failure` says why", code="not-made")
    raise NotFound(f"not there yet: the document is {document.state}", code="not-ready", retry_after=1)


@contextmanager
def present() -> Iterator[None]:
    """An object that is gone, or a file that cannot be drawn, is nothing to be found."""
    try:
        yield
    except Rejected as error:
        raise NotFound(error.reason, code=error.code) from error


def begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The stream with its first bytes already read: until then an error can still be answered."""
    with present():
        return chain([next(chunks)], chunks)


def version(document: Document) -> str:
    return f'"{document.id}-{document.sequence}"'


def run_of(key: str) -> int:
    found = re.search(r"/run-(\d+)/", key)
    return int(found[1]) if found else 1


def attachment(filename: str) -> str:
    """RFC 6266: the name as it is for those who read RFC 8187, in ASCII for the others."""
    ascii_name = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"
