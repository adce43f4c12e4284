"""The application of a new function; replace it."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def hello(request: Request) -> Response:
    return JSONResponse({"path": request.url.path})


app = Starlette(routes=[Route("/{path:path}", hello, methods=["GET", "POST"])])
