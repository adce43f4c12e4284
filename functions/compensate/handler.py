"""dead letter -> effects undone in reverse -> document.failed; document.deleted -> everything erased"""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import blobs, broker
from pipeline.application import application
from pipeline.auth import signing_key
from pipeline.envelope import parse
from pipeline.events import DocumentDeleted
from pipeline.refusals import Refusals
from pipeline.search import client
from pipeline.stage import signed_body

from . import letter
from .erase import erase
from .fail import fail

log = logging.getLogger(__name__)
refusals = Refusals("compensate")

# A dead letter holds a whole message as base64, and RabbitMQ takes messages of up to 16 MiB.
MAX_BODY_BYTES = 32 * 1024 * 1024


def compensate(body: bytes) -> str:
    return fail(letter.read(body)) if letter.is_letter(body) else erase(parse(body, DocumentDeleted))


async def endpoint(request: Request) -> Response:
    outcome = await run_in_threadpool(compensate, await signed_body(request, refusals, MAX_BODY_BYTES))
    log.info("compensated", extra={"action": outcome, "function": "compensate"})
    return JSONResponse({"outcome": outcome})


app = application(
    [Route("/", endpoint, methods=["POST"])], needs=[signing_key, blobs.ping, client.ping], spares=[broker.ping]
)
