"""What PostgreSQL's errors mean to a stage."""

import socket
from collections.abc import Callable

import psycopg2
import pytest

from pipeline import database, documents
from pipeline.database import fetch, transaction
from pipeline.errors import Busy, Unavailable
from tests.factories import accept, uploaded

pytestmark = pytest.mark.usefixtures("fresh_database")


def insert_and_fail() -> None:
    with transaction() as tx:
        tx.execute("INSERT INTO inbox (consumer, event_id) VALUES ('test', gen_random_uuid())")
        raise ZeroDivisionError


def test_a_transaction_that_raises_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    assert fetch("SELECT 1 FROM inbox") == []


def ask(port: int) -> None:
    """Ask a server on another port."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPORT", str(port))
        database.close()
        fetch("SELECT 1")


def test_a_server_that_refuses_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        ask(1)


def test_a_server_that_never_answers_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        ask(silent.getsockname()[1])


def test_sessions_that_the_server_ended_are_replaced() -> None:
    with pytest.raises(Unavailable), transaction() as tx:
        tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert fetch("SELECT 1 AS one") == [{"one": 1}]


def test_a_lock_of_a_twin_is_busy() -> None:
    document = accept(uploaded())
    with transaction() as first:
        documents.lock(first, document.id)
        with pytest.raises(Busy), transaction() as second:
            documents.lock(second, document.id)


@pytest.mark.parametrize(
    "statement",
    [
        "SET statement_timeout = 10; SELECT pg_sleep(5)",
        "SET transaction_read_only = on; DELETE FROM idempotency_keys",
        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'internal_error'; END $$",
    ],
    ids=["statement-timeout", "read-only", "disk-full", "internal-error"],
)
def test_a_server_in_trouble_is_unavailable(statement: str) -> None:
    with pytest.raises(Unavailable), transaction() as tx:
        tx.execute(statement)


def test_row_11_more_callers_than_sessions_wait_their_turn() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(32) as callers:
        answers = list(callers.map(lambda _: fetch("SELECT pg_sleep(0.02), 1 AS one")[0]["one"], range(64)))
    assert answers == [1] * 64


def test_a_bug_in_sql_is_no_outage() -> None:
    with pytest.raises(psycopg2.ProgrammingError):
        fetch("SELECT nothing FROM nowhere")


def test_migrations_are_applied_once(database_as: Callable[[str], None]) -> None:
    database_as("docstream_owner")
    assert database.migrate() == []


def test_migrations_can_wait_for_a_server_that_is_away() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPORT", "1")
        with pytest.raises(Unavailable):
            database.migrate()
