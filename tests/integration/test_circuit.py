"""A dependency that fails again and again is left alone by every process, and tried by one of them at a time."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from connector.circuits import Circuits, database_circuit
from pipeline import blobs, circuit, database
from pipeline.application import application
from pipeline.breaker import DEPENDENCY, Limits
from pipeline.circuit import Circuit, guarded
from pipeline.errors import CircuitOpen, Rejected, Unavailable
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database")

QUICK = Limits(consecutive=5, first_open=0.2, longest_open=0.5, successes_to_close=1, probe_lease=60)
SLOW = Limits(consecutive=5, first_open=60, longest_open=60, successes_to_close=1, probe_lease=60)


def fail(one: Circuit) -> None:
    one.record(one.permit(), False)


def opened(limits: Limits, owner: str = "one") -> Circuit:
    one = Circuit("search", limits, owner)
    for _ in range(limits.consecutive):
        fail(one)
    return one


def permitted(one: Circuit) -> int | None:
    try:
        return one.permit()
    except CircuitOpen:
        return None


def probed(one: Circuit, healthy: bool) -> None:
    """The next call of this process that is let through goes so."""

    def went() -> bool:
        permit = permitted(one)
        if permit is not None:
            one.record(permit, healthy)
        return permit is not None

    eventually(went)


def shown() -> str:
    return str(database.fetch("SELECT state FROM breakers WHERE name = 'search'")[0]["state"])


def audited() -> list[str]:
    rows = database.fetch("SELECT detail->>'state' AS state FROM audit WHERE subject = 'search' ORDER BY id")
    return [row["state"] for row in rows]


@pytest.fixture
def store_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens where the object store should be."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    yield
    circuit.of.cache_clear()


@pytest.mark.usefixtures("store_away")
def test_a_store_that_fails_again_and_again_is_not_asked_any_more() -> None:
    for _ in range(5):
        with pytest.raises(Unavailable, match="the object store does not answer"):
            blobs.ping()
    with pytest.raises(CircuitOpen) as refused:
        blobs.ping()
    assert (refused.value.dependency, refused.value.code) == ("object-store", "circuit-open")
    assert database.fetch("SELECT name, state FROM breakers") == [{"name": "object-store", "state": "open"}]


def test_what_a_dependency_refuses_is_an_answer() -> None:
    for _ in range(20):
        with pytest.raises(Rejected), guarded("search", "http://refusing"):
            raise Rejected("corrupt", "there is no such object")
    with guarded("search", "http://refusing"):
        pass


def test_what_one_process_finds_open_is_open_for_the_others() -> None:
    other = Circuit("search", SLOW, "other")
    assert permitted(other) is not None
    opened(SLOW)
    eventually(lambda: permitted(other) is None)
    assert audited() == ["open"]


def test_two_that_find_it_open_at_once_say_so_once() -> None:
    opened(SLOW, "one")
    with database.transaction() as tx:
        circuit.opened(tx, "search", "two")
    assert audited() == ["open"]


def test_one_probe_runs_at_a_time_whoever_asks() -> None:
    circuits = [opened(QUICK), Circuit("search", QUICK, "two"), Circuit("search", QUICK, "three")]
    probes: list[int] = []

    def ask(one: Circuit) -> None:
        if (permit := permitted(one)) is not None:
            probes.append(permit)

    # Each looks at the table with its first call; those that start meanwhile go by what it knew before.
    for each in circuits:
        ask(each)

    def asked_by_all() -> bool:
        threads = [threading.Thread(target=ask, args=(one,)) for one in circuits * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return bool(probes)

    eventually(asked_by_all)
    asked_by_all()
    assert len(probes) == 1


def test_a_probe_that_succeeds_closes_it_for_all() -> None:
    one, other = opened(QUICK), Circuit("search", SLOW, "other")
    eventually(lambda: permitted(other) is None)
    probed(one, True)
    assert shown() == "closed"
    eventually(lambda: permitted(other) is not None)
    assert audited() == ["open", "closed"]


def test_a_probe_that_fails_leaves_it_open_for_the_next_one() -> None:
    one, other = opened(QUICK), Circuit("search", QUICK, "other")
    probed(one, False)
    assert shown() == "open"
    probed(other, True)
    assert audited() == ["open", "closed"]


def test_row_44_without_the_table_each_process_guards_for_itself() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPORT", "1")
        database.close()
        database.pool().circuit.trip(time.monotonic())
        one = opened(QUICK)
        assert one.breaker.state(time.monotonic()) != "closed"
        probed(one, True)
        assert one.breaker.state(time.monotonic()) == "closed"
    database.close()
    assert database.fetch("SELECT FROM breakers") == []


def test_the_read_side_follows_and_probes_without_writing(database_as: Callable[[str], None]) -> None:
    opened(QUICK)
    database_as("docstream_read")
    reader = Circuit("search", QUICK, "reader")
    assert permitted(reader) is None
    probed(reader, True)
    assert reader.breaker.state(time.monotonic()) == "closed"
    assert shown() == "open"


def exhaust_the_database() -> None:
    """Calls that the server cuts off, as often as it takes."""
    for _ in range(DEPENDENCY.consecutive):
        with pytest.raises(Unavailable), database.transaction() as tx:
            tx.execute("SET LOCAL statement_timeout = 10; SELECT pg_sleep(30)")


def test_a_database_that_fails_again_and_again_is_not_asked_and_tells_so_afterwards() -> None:
    database.changes.clear()
    exhaust_the_database()
    assert database_circuit() != "closed"
    eventually(answers, within=30)
    assert database_circuit() == "closed"
    circuits = Circuits("connector-1", probes=False)
    assert circuits.step() > 0
    told = database.fetch("SELECT actor, detail->>'state' AS state FROM audit WHERE subject = 'postgresql' ORDER BY at")
    assert [(row["actor"], row["state"]) for row in told] == [("connector-1", "open"), ("connector-1", "closed")]
    assert database.fetch("SELECT state FROM breakers WHERE name = 'postgresql'") == [{"state": "closed"}]


def answers() -> bool:
    try:
        database.ping()
    except CircuitOpen:
        return False
    return True


def test_the_connector_closes_a_circuit_that_nobody_calls_through(bucket: str) -> None:
    with database.transaction() as tx:
        circuit.opened(tx, "object-store", "another process")
    circuits = Circuits("connector-1", probes=True)

    def closed() -> bool:
        circuits.step()
        return database.fetch("SELECT state FROM breakers") == [{"state": "closed"}]

    eventually(closed, within=60)


def test_an_answer_names_the_server_that_is_left_alone() -> None:
    def refuse(request: Request) -> Response:
        raise CircuitOpen("object-store", retry_after=2)

    answer = TestClient(application([Route("/", refuse)])).get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "circuit-open")
    assert (answer.headers["X-Breaker"], answer.headers["Retry-After"]) == ("object-store", "2")
