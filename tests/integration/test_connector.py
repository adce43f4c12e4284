"""RabbitMQ to functions: what becomes of a message, whatever the function, the gateway and the processes do."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from pipeline import auth, broker, database
from pipeline.broker import Control, Message, NotPublished
from pipeline.envelope import Envelope, render
from pipeline.events import Event
from tests.conftest import management
from tests.connectors import ConnectorProcess
from tests.factories import uploaded
from tests.simulated_gateway import Call, Reply, SimulatedGateway, problem
from tests.waiting import eventually

Start = Callable[..., ConnectorProcess]


@pytest.fixture
def gateway() -> Iterator[SimulatedGateway]:
    with SimulatedGateway() as gateway:
        gateway.deploy("classify", "document.uploaded")
        gateway.deploy("compensate", "document.deleted")
        yield gateway


@pytest.fixture
def start(vhost: str, database_as: Callable[[str], None], gateway: SimulatedGateway) -> Iterator[Start]:
    database_as("docstream_owner")
    with ExitStack() as running:
        yield lambda **settings: running.enter_context(ConnectorProcess(gateway.url, **settings))


@pytest.fixture
def control(vhost: str) -> Iterator[Control]:
    control = Control("test-control")
    yield control
    control.close()


@pytest.fixture
def settled(control: Control) -> Callable[[], bool]:
    """Is nothing waiting anywhere?"""
    queues = ["classify", "compensate", "delay.0.1", "delay.0.3", "delay.1"]
    return lambda: not any(control.depths(queues).values())


def publish(*envelopes: Envelope[Event]) -> None:
    for envelope in envelopes:
        broker.publish_event(envelope, timeout=30)


def sequence(*replies: Reply) -> Callable[[Call], Reply]:
    """One reply after the other, the last one for ever."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def held(reached: threading.Event, release: threading.Event) -> Callable[[Call], Reply]:
    """Say that a call runs, and answer when told to."""

    def reply(_: Call) -> Reply:
        reached.set()
        release.wait(20)
        return Reply()

    return reply


def dead_letter(gateway: SimulatedGateway) -> dict[str, Any]:
    """The data of the one dead letter that the compensator was given."""
    calls = eventually(lambda: gateway.calls_of("compensate"))
    assert len(calls) == 1
    event: dict[str, Any] = json.loads(calls[0].body)
    assert event["type"] == "docstream.dead-letter.v1"
    data: dict[str, Any] = event["data"]
    return data


def test_an_event_is_delivered_once_signed_and_named(start: Start, gateway: SimulatedGateway) -> None:
    connector, envelope = start().ready(), uploaded()
    publish(envelope)
    call = eventually(lambda: gateway.calls_of("classify"))[0]
    auth.verify(call.headers, call.body)
    assert call.body == render(envelope)
    assert call.headers["Content-Type"] == "application/cloudevents+json"
    assert call.headers["X-Message-Id"] == call.headers["Idempotency-Key"] == str(envelope.id)
    assert call.headers["X-Call-Id"] == str(envelope.correlation_id)
    assert (call.headers["X-Topic"], call.headers["X-Attempt"]) == ("document.uploaded", "1")
    eventually(lambda: connector.actions("ack"))
    assert len(gateway.calls) == 1


def test_an_unavailable_function_defers_without_burning_an_attempt(start: Start, gateway: SimulatedGateway) -> None:
    away = problem(503, "unavailable")
    gateway.replies["classify"] = sequence(away, away, away, Reply())
    connector = start(CONNECTOR_MAX_ATTEMPTS="0").ready()
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))
    assert [call.headers["X-Attempt"] for call in gateway.calls_of("classify")] == ["1"] * 4
    assert [line["defer"] for line in connector.actions("retry")] == [1, 2, 3]


def test_row_31_retry_after_is_honoured(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = sequence(problem(409, "busy", **{"Retry-After": "1"}), Reply())
    connector = start().ready()
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))
    assert [line["delay_seconds"] for line in connector.actions("retry")] == [1]


def test_progress_of_a_long_document_burns_no_budget(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = sequence(*[problem(425, "continues")] * 4, Reply())
    connector = start(CONNECTOR_MAX_DEFERS="1", CONNECTOR_MAX_ATTEMPTS="1").ready()
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))
    assert [(line["attempt"], line["defer"]) for line in connector.actions("retry")] == [(0, 0)] * 4


def test_a_rejected_document_is_dead_lettered_at_once_with_its_code(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = lambda _: problem(422, "encrypted")
    start().ready()
    envelope = uploaded()
    publish(envelope)
    data = dead_letter(gateway)
    assert (data["function"], data["code"], data["class"], data["status"]) == ("classify", "encrypted", "rejected", 422)
    assert (data["reason"], data["attempts"], data["replay"]) == ("because encrypted", 1, 0)
    assert base64.b64decode(data["body"]) == render(envelope)
    assert len(gateway.calls_of("classify")) == 1


def test_a_handler_that_always_fails_is_given_up_after_seven_calls(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = lambda _: Reply(status=500)
    connector = start().ready()
    publish(uploaded())
    data = dead_letter(gateway)
    assert (data["code"], data["attempts"]) == ("attempts-exhausted", 7)
    attempts = [call.headers["X-Attempt"] for call in gateway.calls_of("classify")]
    assert attempts == ["1", "2", "3", "4", "5", "6", "7"]
    assert data["first_failed"] < data["last_failed"]
    assert [line["attempt"] for line in connector.actions("retry")] == [1, 2, 3, 4, 5, 6]


def test_row_33_what_kills_its_function_again_and_again_is_suspected(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = lambda _: Reply(status=500, headers={"X-OpenFaaS-Internal": "of-watchdog"})
    start(CONNECTOR_MAX_DEFERS="3").ready()
    publish(uploaded())
    assert dead_letter(gateway)["code"] == "suspected-poison"
    assert len(gateway.calls_of("classify")) == 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", "malformed-event"),
        (b'{"type": "docstream.document.eaten.v1"}', "malformed-event"),
        (render(uploaded()).replace(b'"size":5', b'"size":"five"'), "schema-invalid"),
        (b"x" * 16_000_000, "malformed-event"),
    ],
    ids=["no json", "unknown type", "against its schema", "16 MB"],
)
def test_row_38_an_unreadable_message_is_dead_lettered_before_any_call(
    start: Start, gateway: SimulatedGateway, body: bytes, code: str
) -> None:
    connector, good = start().ready(), uploaded()
    broker.publish(Message(exchange="documents", routing_key="document.uploaded", body=body), timeout=60)
    data = dead_letter(gateway)
    assert (data["code"], base64.b64decode(data["body"]) == body) == (code, True)
    publish(good)
    assert [call.body for call in eventually(lambda: gateway.calls_of("classify"))] == [render(good)]
    assert connector.process.poll() is None


def test_a_dead_letter_the_compensator_refuses_is_parked_with_its_body(
    start: Start, gateway: SimulatedGateway, control: Control
) -> None:
    gateway.replies["classify"] = lambda _: problem(422, "corrupt")
    gateway.replies["compensate"] = lambda _: problem(400, "bad-request")
    start().ready()
    publish(uploaded())
    eventually(lambda: control.depths(["parking"]) == {"parking": 1})


def test_the_compensator_is_asked_until_it_answers(start: Start, gateway: SimulatedGateway, control: Control) -> None:
    gateway.replies["classify"] = lambda _: problem(422, "corrupt")
    gateway.replies["compensate"] = sequence(*[Reply(status=500)] * 4, Reply())
    connector = start(CONNECTOR_MAX_ATTEMPTS="1").ready()
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))
    letters = [json.loads(call.body) for call in gateway.calls_of("compensate")]
    assert len(letters) == 5
    assert {(each["id"], each["data"]["code"]) for each in letters} == {(letters[0]["id"], "corrupt")}
    assert control.depths(["parking"]) == {"parking": 0}


def test_a_dead_letter_of_the_broker_says_delivery_limit(start: Start, gateway: SimulatedGateway) -> None:
    start().ready()
    body, key = render(uploaded()), "dead-letter.classify"
    headers = {"x-death": [{"queue": "classify", "reason": "delivery_limit"}], "x-attempt": 2}
    broker.publish(Message(exchange="documents-dlx", routing_key=key, body=body, headers=headers))
    data = dead_letter(gateway)
    assert (data["function"], data["code"], data["attempts"]) == ("classify", "delivery-limit", 2)
    assert data["headers"] == {}


def test_two_connectors_share_one_queue(start: Start, gateway: SimulatedGateway) -> None:
    both = threading.Barrier(2, timeout=60)
    gateway.deploy("classify", "document.uploaded", concurrency="1")
    gateway.replies["classify"] = lambda _: (both.wait(), Reply())[1]
    first, second = start(CONNECTOR_NAME="first"), start(CONNECTOR_NAME="second")
    first.ready()
    second.ready()
    envelopes = [uploaded() for _ in range(6)]
    publish(*envelopes)
    eventually(lambda: len(first.actions("ack")) + len(second.actions("ack")) == 6)
    assert {call.headers["X-Connector"] for call in gateway.calls} == {"first", "second"}
    assert sorted(call.body for call in gateway.calls) == sorted(map(render, envelopes))


def test_no_more_calls_run_at_once_than_the_annotation_allows(
    start: Start, gateway: SimulatedGateway, settled: Callable[[], bool]
) -> None:
    together = threading.Barrier(3, timeout=60)
    gateway.deploy("classify", "document.uploaded", concurrency="3")
    gateway.replies["classify"] = lambda _: (together.wait(), Reply())[1]
    connector = start().ready()
    publish(*[uploaded() for _ in range(9)])
    eventually(lambda: len(connector.actions("ack")) == 9)
    assert gateway.most["classify"] == 3


def test_a_slow_document_holds_one_worker_while_the_others_pass(start: Start, gateway: SimulatedGateway) -> None:
    slow, release = uploaded(), threading.Event()
    gateway.deploy("classify", "document.uploaded", concurrency="2")
    gateway.replies["classify"] = lambda call: (call.body == render(slow) and release.wait(120), Reply())[1]
    connector = start(CONNECTOR_CALL_SECONDS="120").ready()
    publish(slow, *[uploaded() for _ in range(20)])
    eventually(lambda: len(connector.actions("ack")) == 20, within=60)
    assert str(slow.id) not in {line["event_id"] for line in connector.actions("ack")}
    release.set()
    eventually(lambda: len(connector.actions("ack")) == 21, within=60)


def test_a_killed_connector_leads_to_redelivery(start: Start, gateway: SimulatedGateway) -> None:
    reached, never = threading.Event(), threading.Event()
    gateway.replies["classify"] = held(reached, never)
    first, envelope = start().ready(), uploaded()
    publish(envelope)
    assert reached.wait(60)
    first.process.kill()
    gateway.replies["classify"] = lambda _: Reply()
    second = start()
    eventually(lambda: second.actions("ack"), within=90)
    never.set()
    assert [call.body for call in gateway.calls_of("classify")] == [render(envelope)] * 2


def test_row_27_sigterm_finishes_what_runs_and_gives_back_the_rest(
    start: Start, gateway: SimulatedGateway, control: Control
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    gateway.deploy("classify", "document.uploaded", concurrency="1")
    gateway.replies["classify"] = held(reached, go_on)
    connector = start().ready()
    publish(uploaded(), uploaded())
    assert reached.wait(10)
    threading.Timer(0.5, go_on.set).start()
    assert connector.terminate() == 0
    assert len(gateway.calls_of("classify")) == len(connector.actions("ack")) == 1
    eventually(lambda: control.depths(["classify"]) == {"classify": 1})


def test_a_second_sigterm_does_not_wait(start: Start, gateway: SimulatedGateway, control: Control) -> None:
    reached, never = threading.Event(), threading.Event()
    gateway.replies["classify"] = held(reached, never)
    connector = start(CONNECTOR_CALL_SECONDS="30", CONNECTOR_GRACE_SECONDS="30").ready()
    publish(uploaded())
    assert reached.wait(10)
    connector.process.terminate()
    eventually(lambda: connector.actions("drain"))
    assert connector.terminate(within=60) == 0
    never.set()
    eventually(lambda: control.depths(["classify"]) == {"classify": 1})


def test_row_30_an_open_circuit_leaves_the_queue_alone_and_resumes_by_itself(
    start: Start, gateway: SimulatedGateway, control: Control
) -> None:
    gateway.replies["classify"] = lambda _: Reply(status=502)
    connector = start(CONNECTOR_BREAKER_SECONDS="3", CONNECTOR_BREAKER_MAX_SECONDS="3").ready()
    publish(*[uploaded() for _ in range(8)])
    eventually(lambda: connector.states()["classify"] == "open")
    late = [uploaded() for _ in range(5)]
    publish(*late)
    called = len(gateway.calls_of("classify"))
    eventually(lambda: control.depths(["classify"])["classify"] >= 5)
    assert connector.get("/ready").status_code == 200
    assert connector.states()["classify"] == "open"
    assert len(gateway.calls_of("classify")) == called
    gateway.replies["classify"] = lambda _: Reply()
    eventually(lambda: len(connector.actions("ack")) == 13, within=90)
    eventually(lambda: connector.states()["classify"] == "consuming")
    assert {line["attempt"] for line in connector.actions("retry")} == {0}


def test_a_circuit_leaves_a_trace_for_the_operator(start: Start, gateway: SimulatedGateway) -> None:
    gateway.replies["classify"] = lambda _: Reply(status=401)
    start().ready()
    publish(uploaded())
    rows = eventually(lambda: database.fetch("SELECT subject, detail FROM audit WHERE action = 'circuit'"), within=60)
    assert (rows[0]["subject"], rows[0]["detail"]) == ("classify", {"state": "open"})


def test_one_answer_that_a_server_is_left_alone_stops_the_function(start: Start, gateway: SimulatedGateway) -> None:
    away = problem(503, "circuit-open", **{"Retry-After": "1", "X-Breaker": "object-store"})
    gateway.replies["classify"] = sequence(away, Reply())
    connector = start(CONNECTOR_MAX_ATTEMPTS="0").ready()
    publish(uploaded())
    eventually(lambda: connector.actions("ack"), within=60)
    assert connector.actions("circuit")[0]["state"] == "open"
    assert [(line["outcome"], line["defer"], line["attempt"]) for line in connector.actions("retry")] == [
        ("circuit-open", 1, 0)
    ]


def test_row_31_too_many_requests_halve_the_calls_and_burn_nothing(start: Start, gateway: SimulatedGateway) -> None:
    gateway.deploy("classify", "document.uploaded", concurrency="4")

    def limited(_: Call) -> Reply:
        overloaded = gateway.running["classify"] > 1
        return Reply(status=429, headers={"X-OpenFaaS-Internal": "faas-middleware"}) if overloaded else Reply()

    gateway.replies["classify"] = limited
    connector = start(CONNECTOR_MAX_ATTEMPTS="0").ready()
    publish(*[uploaded() for _ in range(20)])
    eventually(lambda: len(connector.actions("ack")) == 20, within=90)
    assert {line["outcome"] for line in connector.actions("retry")} <= {"overloaded"}
    assert connector.states()["classify"] == "consuming"


def test_row_18_a_deleted_queue_is_declared_again_and_consumed(
    start: Start, gateway: SimulatedGateway, vhost: str
) -> None:
    connector = start().ready()
    management("DELETE", f"queues/{vhost}/classify")
    envelope = uploaded()

    def arrived() -> bool:
        try:
            publish(envelope)
        except NotPublished:
            return False
        return bool(gateway.calls_of("classify"))

    eventually(arrived, within=60)
    assert connector.actions("consumer_cancelled")


def test_what_cannot_be_published_is_held_and_not_acknowledged(
    start: Start, gateway: SimulatedGateway, vhost: str
) -> None:
    connector = start().ready()
    for level in ("0.1", "0.3", "1"):
        management("DELETE", f"exchanges/{vhost}/documents-delay-{level}")
    gateway.replies["classify"] = sequence(Reply(status=500), Reply())
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))
    assert connector.actions("hold")
    assert len(gateway.calls_of("classify")) == 2


def test_a_function_deployed_later_gets_its_queue(start: Start, gateway: SimulatedGateway) -> None:
    connector = start().ready()
    gateway.deploy("audit-trail", "document.#")
    eventually(lambda: connector.states().get("audit-trail") == "consuming")
    publish(uploaded())
    eventually(lambda: gateway.calls_of("audit-trail") and gateway.calls_of("classify"))


def test_a_failing_gateway_list_keeps_the_last_map(start: Start, gateway: SimulatedGateway) -> None:
    connector = start().ready()
    gateway.listing = lambda: Reply(status=500)
    eventually(lambda: connector.actions("topics_failed"))
    publish(uploaded())
    eventually(lambda: connector.actions("ack"))


def test_nothing_is_taken_before_a_map_is_known(
    start: Start, gateway: SimulatedGateway, control: Control, vhost: str
) -> None:
    gateway.listing = lambda: Reply(status=500)
    connector = start()
    eventually(lambda: connector.actions("topics_failed"), within=20)
    assert connector.get("/ready").status_code == 503
    assert connector.get("/health").status_code == 200
    gateway.listing = gateway.list_functions
    connector.ready()


def test_a_function_that_is_gone_keeps_its_messages(start: Start, gateway: SimulatedGateway, control: Control) -> None:
    connector = start().ready()
    notes = gateway.functions.pop("classify")
    publish(uploaded())
    eventually(lambda: control.depths(["classify"]) == {"classify": 1} or connector.actions("retry"))
    assert not connector.actions("ack")
    gateway.functions["classify"] = notes
    eventually(lambda: connector.actions("ack"))


def test_consuming_goes_on_after_the_broker_cut_every_connection(
    start: Start, gateway: SimulatedGateway, vhost: str
) -> None:
    connector = start().ready()

    def cut() -> bool:
        for each in management("GET", f"vhosts/{vhost}/connections").json():
            management("DELETE", f"connections/{each['name'].replace(' ', '%20').replace('>', '%3E')}")
        return bool(connector.actions("broker_lost"))

    eventually(cut, within=20)
    connector.ready()
    envelope = uploaded()

    def arrived() -> bool:
        try:
            publish(envelope)
        except NotPublished:
            return False
        return bool(gateway.calls_of("classify"))

    eventually(arrived, within=20)


def test_a_paused_function_waits_until_it_is_resumed(start: Start, gateway: SimulatedGateway, control: Control) -> None:
    connector = start().ready()
    assert connector.post("/pause/classify", password="guess").status_code == 401
    assert connector.post("/pause/classify").json() == {"function": "classify", "paused": True}
    eventually(lambda: connector.states()["classify"] == "paused")
    publish(uploaded())
    eventually(lambda: control.depths(["classify"]) == {"classify": 1})
    connector.post("/resume/classify")
    eventually(lambda: connector.actions("ack"))


def test_the_connector_reports_what_it_does(start: Start, gateway: SimulatedGateway) -> None:
    connector = start(CONNECTOR_NAME="reporting").ready()
    publish(uploaded())
    statement = "SELECT * FROM consumers WHERE connector = 'reporting' AND function = 'classify' AND handled = 1"
    row = eventually(lambda: database.fetch(statement), within=60)[0]
    assert (row["state"], row["workers"], row["active"], row["failed"], row["ready"]) == ("consuming", 2, 0, 0, 0)
    queues = {each["name"] for each in database.fetch("SELECT name FROM queues")}
    assert {"classify", "compensate", "parking", "delay.1"} <= queues
    assert 'docstream_connector_settled_total{action="ack",function="classify"' in connector.get("/metrics").text
    assert connector.terminate() == 0
    assert not database.fetch("SELECT FROM consumers")


def test_a_missing_setting_is_named(start: Start) -> None:
    connector = start(GATEWAY_URL="http://127.0.0.1:1", CONNECTOR_DELAY_LEVELS="soon")
    assert connector.process.wait(20) == 2
