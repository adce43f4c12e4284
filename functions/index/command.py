"""Make the search index anew, a piece of work at a time."""

from dataclasses import asdict

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import audit
from pipeline.call import Call, call
from pipeline.database import transaction
from pipeline.errors import Forbidden

from .rebuild import rebuild


def rebuilt(call: Call) -> Response:
    """Works for half a minute and says whether it is done; called again, it goes on where it was."""
    call.expect()
    if not call.by_operator:
        raise Forbidden("the index holds the documents of all tenants: only the installation's operators rebuild it")
    progress = rebuild()
    with transaction() as tx:
        audit.note(tx, call, "index.rebuilt", progress.index, documents=progress.documents, done=progress.done)
    return JSONResponse(asdict(progress), 202)


ROUTES = [Route("/index/rebuild", call("operate", rebuilt), methods=["POST"])]
