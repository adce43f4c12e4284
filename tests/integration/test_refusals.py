"""Calls that the connector did not sign are refused, counted and shown, and cannot wear out the database."""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from connector.sweeper import show_refused_calls
from functions.query.handler import app as query
from pipeline import auth, database, refusals
from pipeline.application import application
from pipeline.database import fetch, transaction
from pipeline.stage import signed_body
from tests.factories import deliver

pytestmark = pytest.mark.usefixtures("fresh_database")

STAGES = ("classify", "extract", "index", "notify", "compensate")
BODY = b"{}"


def signed(seconds_ago: int, body: bytes = BODY) -> dict[str, str]:
    moment = int(time.time()) - seconds_ago
    return {auth.TIMESTAMP_HEADER: str(moment), auth.SIGNATURE_HEADER: auth.sign(moment, body)}


CALLS: dict[str, Callable[[], dict[str, str]]] = {
    "stale": lambda: signed(400),
    "unsigned": dict,
    "wrong": lambda: signed(0, b"another body"),
}


def rows() -> list[tuple[str, str, int]]:
    found = fetch("SELECT function, reason, count FROM refused_calls ORDER BY function, reason")
    return [(row["function"], row["reason"], row["count"]) for row in found]


def function() -> Starlette:
    """One that takes signed calls and does nothing."""
    counted = refusals.Refusals("probe")

    async def endpoint(request: Any) -> None:
        await signed_body(request, counted)

    return application([Route("/", endpoint, methods=["POST"])])


@pytest.mark.parametrize("name", STAGES)
def test_every_function_that_takes_events_refuses_and_counts_by_reason(
    name: str, database_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    database_as("docstream_erase" if name == "compensate" else "docstream")
    monkeypatch.setattr(refusals, "SECONDS", 0)
    app = import_module(f"functions.{name}.handler").app
    for headers in CALLS.values():
        assert deliver(app, BODY, headers()).status_code == 401
    assert rows() == [(name, reason, 1) for reason in CALLS]


def test_a_replayed_call_is_told_apart_from_a_forged_one() -> None:
    answers = {reason: deliver(function(), BODY, headers()).json()["code"] for reason, headers in CALLS.items()}
    assert answers == {"stale": "signature-expired", "unsigned": "unauthorized", "wrong": "unauthorized"}


def test_a_flood_is_counted_and_written_down_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    app = function()
    monkeypatch.setattr(refusals, "SECONDS", 3600)
    for _ in range(50):
        deliver(app, BODY, {})
    assert rows() == [("probe", "unsigned", 1)]
    monkeypatch.setattr(refusals, "SECONDS", 0)
    deliver(app, BODY, {})
    assert rows() == [("probe", "unsigned", 51)]


def test_without_a_database_a_call_is_refused_all_the_same_and_counted_later(monkeypatch: pytest.MonkeyPatch) -> None:
    app = function()
    monkeypatch.setattr(refusals, "SECONDS", 0)
    with monkeypatch.context() as patch:
        patch.setenv("PGPORT", "1")
        database.close()
        assert deliver(app, BODY, {}).status_code == 401
    database.close()
    assert deliver(app, BODY, {}).status_code == 401
    assert rows() == [("probe", "unsigned", 2)]


def test_operators_and_prometheus_see_them(database_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "SECONDS", 0)
    deliver(function(), BODY, {})
    token = auth.new_token()
    auth.ensure_key(token, tenant="default", scopes=frozenset({"operate"}), name="operator")
    database_as("docstream_owner")
    with transaction() as tx:
        show_refused_calls(tx)
    labels = {"function": "probe", "reason": "unsigned"}
    assert REGISTRY.get_sample_value("docstream_refused_calls", labels) == 1
    database_as("docstream_read")
    (shown,) = TestClient(query).get("/operations", headers={"X-API-Key": token}).json()["refused_calls"]
    assert shown == labels | {"count": 1, "last_at": shown["last_at"]}
