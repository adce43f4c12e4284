"""The read side answers as openapi.json describes, whatever is sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import allow_header_conformance, positive_data_acceptance
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from functions.query import handler
from pipeline import auth
from pipeline.problem import HANDLERS
from tests.factories import accept_content

pytestmark = pytest.mark.usefixtures("bucket", "search_index")

DESCRIPTION = Path(handler.OPENAPI)
ELSEWHERE = r"^/(events|dead-letters|webhooks|categories|keys|session)"
"""Read by other functions."""

schema = schemathesis.openapi.from_path(DESCRIPTION).include(method="GET").exclude(path_regex=ELSEWHERE)
schema.app = Starlette(routes=[Mount("/api", app=handler.app)], exception_handlers=HANDLERS)
schema.app.state.at = "/api"


@pytest.fixture
def reader(database_as: Callable[[str], None]) -> dict[str, str]:
    """The headers of a caller who may read and operate; there is one document."""
    auth.ensure_key("dsk_reader", tenant="default", scopes=frozenset({"read", "operate"}), name="reader")
    accept_content(b"hello")
    database_as("docstream_read")
    return {"Authorization": "Bearer dsk_reader"}


# Cursors and dates are refused by more than a schema can say; other methods of a path belong to other functions.
NOT_HERE = [positive_data_acceptance, allow_header_conformance]


@schema.parametrize()
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_the_read_side_answers_as_described(case: schemathesis.Case[Any], reader: dict[str, str]) -> None:
    case.call_and_validate(headers=reader, excluded_checks=NOT_HERE)


def test_every_route_of_the_read_side_is_described() -> None:
    paths = {path: set(operations) for path, operations in json.loads(DESCRIPTION.read_text())["paths"].items()}
    described = {path for path, operations in paths.items() if "get" in operations}
    internal = {"/health", "/ready"}
    routes = {route.path for route in handler.app.routes if isinstance(route, Route)} - internal
    assert {path.replace(":uuid", "").replace(":int", "") for path in routes} <= described
