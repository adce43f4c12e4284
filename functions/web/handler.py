"""The page: static files for the browser, and what it must know of the installation before it sends a file."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .about import about
from .files import files, version
from .sent import FOR_EVER, REVALIDATE, sent


def index(request: Request) -> Response:
    return sent(request, files()["index.html"], REVALIDATE)


def told(request: Request) -> Response:
    return sent(request, about(), REVALIDATE)


def asset(request: Request) -> Response:
    """A file under the version of all files; another version is that of a page from before an update."""
    found = files().get(f"assets/{request.path_params['path']}")
    if found is None:
        return Response(status_code=404)
    return sent(request, found, FOR_EVER if request.path_params["version"] == version() else REVALIDATE)


def ready(request: Request) -> Response:
    return JSONResponse({"status": "ready"})


app = Starlette(
    routes=[
        Route("/", index),
        Route("/page/about.json", told),
        Route("/page/{version}/{path:path}", asset),
        Route("/ready", ready),
    ]
)
