"""A file, or several -> stored, document.uploaded, 202"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline import blobs, broker
from pipeline.application import application
from pipeline.auth import authenticate, cookie_key

from .accept import command
from .admit import admit_all
from .intake import Intake
from .reply import answer


async def upload(request: Request) -> Response:
    principal = await run_in_threadpool(authenticate, request, "write")
    intake = Intake(command(request.headers, request.query_params, principal.tenant))
    await intake.take(request)
    outcomes = await run_in_threadpool(admit_all, intake)
    return answer(request, intake, outcomes)


app = application(
    [Route("/", upload, methods=["POST"])], at="/api/upload", needs=[cookie_key, blobs.ping], spares=[broker.ping]
)
