"""The event store is append-only, and its stream misses nothing under concurrent writers."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg2
import pytest

from pipeline import event_store
from pipeline.database import fetch, transaction
from pipeline.envelope import parse
from pipeline.errors import Rejected
from pipeline.event_store import START, Position
from pipeline.events import EVENTS, Event
from tests.factories import accept, uploaded
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database")

WRITERS, EACH = 6, 25


def test_a_reader_that_follows_the_stream_sees_every_event_once_and_in_order() -> None:
    def write(seed: int) -> None:
        random = Random(seed)
        for _ in range(EACH):
            with transaction() as tx:
                event_store.append(tx, uploaded())
                time.sleep(random.uniform(0, 0.01))  # holds the transaction open, so that positions commit out of order

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen: list[Position] = []
    deadline = time.monotonic() + 30
    while len(seen) < WRITERS * EACH and time.monotonic() < deadline:
        seen += [each.at for each in event_store.read_after(seen[-1] if seen else START, limit=7)]
    for writer in writers:
        writer.join()
    assert len(seen) == len(set(seen)) == WRITERS * EACH
    assert seen == sorted(seen)


def test_from_the_head_only_later_events_are_seen() -> None:
    accept(uploaded())
    head = event_store.head()
    later = accept(uploaded())
    # A transaction elsewhere on this server may be open still.
    read = eventually(lambda: event_store.read_after(head, limit=10))
    assert [each.row["document_id"] for each in read] == [later.id]


@pytest.mark.parametrize("role", ["docstream", "docstream_owner", "docstream_erase"])
@pytest.mark.parametrize("statement", ["DELETE FROM events", "UPDATE events SET type = 'document.indexed'"])
def test_no_role_may_rewrite_history(database_as: Callable[[str], None], role: str, statement: str) -> None:
    accept(uploaded())
    database_as(role)
    with pytest.raises(psycopg2.Error), transaction() as tx:
        tx.execute(statement)
    assert [row["type"] for row in fetch("SELECT type FROM events")] == ["document.uploaded"]


def test_only_the_compensator_may_erase_what_an_event_said(database_as: Callable[[str], None]) -> None:
    accept(uploaded())
    statement = """UPDATE events SET data = '{"erased": true}'"""
    with pytest.raises(psycopg2.Error), transaction() as tx:
        tx.execute(statement)
    database_as("docstream_erase")
    with transaction() as tx:
        tx.execute(statement)
    assert event_store.read_after(START, limit=1)[0].erased


def test_the_read_side_cannot_write(database_as: Callable[[str], None]) -> None:
    accept(uploaded())
    database_as("docstream_read")
    assert len(fetch("SELECT id FROM documents")) == 1
    for statement in ("DELETE FROM read.documents", "UPDATE read.documents SET state = 'failed'", "TABLE public.inbox"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), transaction() as tx:
            tx.execute(statement)


@pytest.mark.parametrize("text", ["", "1", "a-b", "1-2-3", "-1-2", "1-" + "9" * 40])
def test_a_cursor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        Position.parse(text)


GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/*.json"))


class AsWritten(Event):
    """The data of a golden file, unread."""

    def __init__(self, path: Path, version: str | None = None) -> None:
        told = {"name": path.parent.name, "version": version or path.stem, "data": json.loads(path.read_text())["data"]}
        vars(self).update(told)

    def to_data(self) -> dict[str, Any]:
        data: dict[str, Any] = vars(self)["data"]
        return data


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_row_35_an_event_stored_in_any_version_reads_like_the_one_on_the_wire(path: Path) -> None:
    wire = parse(path.read_bytes(), *EVENTS.values())
    with transaction() as tx:
        event_store.append(tx, replace(wire, data=AsWritten(path)))
    [read] = event_store.history(wire.subject)
    assert (read.readable, read.row["schema_version"], read.envelope) == (True, path.stem, wire)


def test_what_only_a_later_release_can_read_is_passed_over() -> None:
    wire = parse(GOLDEN[0].read_bytes(), *EVENTS.values())
    with transaction() as tx:
        event_store.append(tx, replace(wire, data=AsWritten(GOLDEN[0], version="2.0")))
    [read] = event_store.history(wire.subject)
    assert not read.readable
    with pytest.raises(Rejected, match="newer"):
        _ = read.envelope
