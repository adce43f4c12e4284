"""GET: documents, their content, search, operations. Reads only."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import blobs, embeddings
from pipeline.application import application
from pipeline.auth import cookie_key
from pipeline.search import client

from . import content, documents, operations, search

OPENAPI = Path(__file__).parent / "openapi.json"


def openapi(request: Request) -> Response:
    """The description of the whole API, of every function."""
    return Response(OPENAPI.read_bytes(), media_type="application/json")


def health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


app = application(
    [
        Route("/documents", documents.listing),
        Route("/documents/{id:uuid}", documents.one),
        Route("/documents/{id:uuid}/history", documents.history),
        Route("/documents/{id:uuid}/text", content.text),
        Route("/documents/{id:uuid}/fields", content.fields),
        Route("/documents/{id:uuid}/original", content.original),
        Route("/documents/{id:uuid}/pages/{number:int}.png", content.picture),
        Route("/documents/{id:uuid}/similar", search.similar),
        Route("/search", search.search),
        Route("/operations", operations.operations),
        Route("/openapi.json", openapi),
        Route("/health", health),
    ],
    at="/api",
    needs=[cookie_key, blobs.ping, client.ping],
    start=embeddings.warm_up,
)
