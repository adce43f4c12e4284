"""Commands and questions go different ways: who answers questions cannot write, and shows how far behind it is."""

from pathlib import Path

import psycopg2
import pytest

from pipeline import database
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

MAY_WRITE = """
    SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'read') AND c.relkind IN ('r', 'v', 'p')
      AND has_table_privilege('docstream_read', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
"""


def test_the_role_of_the_read_side_may_write_nothing(rig: Rig) -> None:
    assert database.fetch(MAY_WRITE) == []


def test_the_read_side_writes_nothing_even_if_it_tries(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.client.upload(text(), "notes.txt")
    monkeypatch.setenv("PGUSER", "docstream_read")
    database.close()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction() as tx:
        tx.execute("UPDATE read.documents SET state = 'indexed'")
    monkeypatch.undo()
    database.close()
    assert rig.comes_to_rest() == {}


def test_the_function_query_has_no_other_role(rig: Rig) -> None:
    (pid,) = rig.pids("query")
    environment = dict(
        line.split("=", 1) for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in line
    )
    assert environment["PGUSER"] == "docstream_read"
    secrets = {path.name for path in Path(environment["secret_mount_path"]).iterdir()}
    assert {name for name in secrets if name.startswith("docstream-db")} == {"docstream-db-read"}


def test_events_that_are_not_sent_yet_can_be_seen(rig: Rig) -> None:
    with rig.plan.with_faults(no_outbox="on"):
        rig.plan.order("upload.publish.before", "raise:pipeline.broker:NotPublished:the test kept it")
        document = rig.client.upload(text(), "notes.txt")
        assert rig.events(document) == ["uploaded"]
        eventually(lambda: unsent(rig) > 0, within=30)
    assert rig.comes_to_rest() == {}
    assert unsent(rig) == 0


def unsent(rig: Rig) -> int:
    return int(rig.stack.client.get("/api/operations")["unsent_events"])


def test_how_long_readers_wait_for_an_open_transaction_can_be_seen(rig: Rig) -> None:
    with database.transaction() as tx:
        tx.execute("SELECT pg_current_xact_id()")
        eventually(lambda: rig.metric("docstream_horizon_seconds") > 0, within=60)
    eventually(lambda: rig.metric("docstream_horizon_seconds") == 0, within=60)
