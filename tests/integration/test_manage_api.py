"""Commands and uploads answer as openapi.json describes, whatever is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import allow_header_conformance, positive_data_acceptance
from starlette.types import Receive, Scope, Send

from functions.index import handler as index
from functions.manage import handler as manage
from functions.query import handler as query
from functions.upload import handler as upload
from local.routes import target
from pipeline import auth, broker
from tests.factories import accept_content

pytestmark = pytest.mark.usefixtures("vhost", "bucket", "search_index")

DESCRIPTION = Path(query.OPENAPI)
APPS = {"index": index.app, "manage": manage.app, "query": query.app, "upload": upload.app}
MANAGED = r"^/(documents/\{id\}|republish|index/rebuild|dead-letters|categories|keys|session)"


async def edge(scope: Scope, receive: Receive, send: Send) -> None:
    """/api onto the functions, as in production."""
    if scope["type"] != "http":
        await manage.app(scope, receive, send)
        return
    to = target(scope["method"], scope["path"])
    assert to is not None
    await APPS[to.function]({**scope, "path": to.path}, receive, send)


commands = (
    schemathesis.openapi.from_path(DESCRIPTION)
    .include(path_regex=MANAGED, method=["POST", "PATCH", "DELETE"])
    .include(path_regex=r"^/(dead-letters|categories|keys|session)", method="GET")
)
commands.app = edge
uploads = schemathesis.openapi.from_path(DESCRIPTION).include(path="/upload")
uploads.app = edge

# What can be kept is limited by more than a schema can say; other methods of a path belong to other functions.
NOT_HERE = [positive_data_acceptance, allow_header_conformance]
quick = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def caller(database_as: Callable[[str], None]) -> dict[str, str]:
    """The headers of a caller who may do everything; there is one document, and a queue for every event."""
    with broker.connect("test") as connection:
        broker.declare_topology(connection.channel(), {"notify": ["document.*"]})
    auth.ensure_key("dsk_caller", tenant="default", scopes=auth.SCOPES, name="caller")
    accept_content(b"hello")
    return {"Authorization": "Bearer dsk_caller"}


@commands.parametrize()
@quick
def test_commands_answer_as_described(case: schemathesis.Case[Any], caller: dict[str, str]) -> None:
    case.call_and_validate(headers=caller, excluded_checks=NOT_HERE)


@uploads.parametrize()
@quick
def test_uploads_answer_as_described(case: schemathesis.Case[Any], caller: dict[str, str]) -> None:
    case.call_and_validate(headers=caller, excluded_checks=NOT_HERE)
