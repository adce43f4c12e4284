"""A file as an answer: compressed, once, and with what a browser must not do."""

from starlette.requests import Request
from starlette.responses import Response

from .files import File

OF_PAGE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
}
OF_FILE = {
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
REVALIDATE = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


def sent(request: Request, file: File, cache: str) -> Response:
    own = OF_FILE | (OF_PAGE if file.media_type.startswith("text/html") else {})
    headers = own | {"Cache-Control": cache, "ETag": file.etag}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    packed = file.packed if "gzip" in request.headers.get("accept-encoding", "") else None
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    return Response(packed or file.content, headers=headers | encoding | {"Content-Type": file.media_type})
