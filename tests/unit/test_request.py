"""Whatever arrives, the connector lives."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.request import Request, prepare
from connector.settle import DeadLetter
from pipeline.broker import Delivery
from pipeline.envelope import render
from tests.factories import uploaded

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
EVENT = json.loads(render(uploaded()))
QUEUES = st.sampled_from(["classify", "compensate"])
EXCHANGES = st.sampled_from(["documents", "documents-dlx", "documents-requeue"])

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
nearly_events = st.dictionaries(st.sampled_from(sorted(EVENT)), anything).map(lambda changes: {**EVENT, **changes})
own_headers = st.sampled_from(
    ["x-attempt", "x-deadline", "x-dead-function", "x-dead-attempts", "x-replay", "traceparent"]
)


def prepared(body: bytes, queue: str = "classify", exchange: str = "documents", **changes: Any) -> Request | DeadLetter:
    delivery = Delivery(
        queue=queue,
        exchange=exchange,
        routing_key="document.uploaded",
        body=body,
        headers=changes.get("headers", {}),
        message_id=changes.get("message_id"),
        correlation_id=None,
        type=None,
        redelivered=False,
        tag=1,
        subscription=None,  # type: ignore[arg-type]
    )
    return prepare(delivery, connector="test", now=NOW, patience=timedelta(days=1))


def can_be_sent(request: Request | DeadLetter) -> bool:
    """Does every header fit into an HTTP/1.1 request?"""
    return isinstance(request, DeadLetter) or all(
        value.isascii() and value.isprintable() for value in request.headers.values()
    )


@pytest.mark.parametrize("queue", ["classify", "compensate"])
@pytest.mark.parametrize(
    "changes",
    [{"run": float("inf")}, {"tenant": chr(0xD800)}, {"dataschema": "/" + "9" * 300 + ".json"}, {"dataschema": "/\0"}],
    ids=["infinite", "half-a-character", "long-version", "nul"],
)
def test_what_python_cannot_convert_does_not_break_the_connector(queue: str, changes: dict[str, Any]) -> None:
    assert can_be_sent(prepared(json.dumps({**EVENT, **changes}).encode(), queue, "documents-dlx"))


@pytest.mark.parametrize("header", ["x-first-seen", "x-deadline", "x-first-failed"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_out_of_range_does_not_break_the_connector(header: str, moment: str) -> None:
    assert can_be_sent(prepared(json.dumps(EVENT).encode(), headers={header: moment}))


@given(st.binary() | anything.map(lambda value: json.dumps(value).encode()), QUEUES, EXCHANGES)
def test_no_body_breaks_the_connector(body: bytes, queue: str, exchange: str) -> None:
    assert can_be_sent(prepared(body, queue, exchange))


@given(nearly_events, QUEUES, EXCHANGES)
def test_no_almost_right_event_breaks_the_connector(event: dict[str, Any], queue: str, exchange: str) -> None:
    assert can_be_sent(prepared(json.dumps(event).encode(), queue, exchange))


@given(st.dictionaries(own_headers, anything), QUEUES, EXCHANGES, st.none() | st.text())
def test_no_header_breaks_the_connector(headers: dict[str, Any], queue: str, exchange: str, name: str | None) -> None:
    assert can_be_sent(prepared(render(uploaded()), queue, exchange, headers=headers, message_id=name))


@pytest.mark.parametrize("queue", ["classify", "compensate"])
@pytest.mark.parametrize("exchange", ["documents", "documents-dlx"])
def test_a_deeply_nested_body_breaks_nothing(queue: str, exchange: str) -> None:
    assert can_be_sent(prepared(b"[" * 60_000, queue, exchange))
