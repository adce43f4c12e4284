"""A watcher's stream: first what it has missed, from the event store, then what comes, from the feed."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.concurrency import run_in_threadpool

from pipeline import database, event_store
from pipeline.event_store import START, Position, Stored
from pipeline.model import TERMINAL

from .feed import Watcher, feed
from .message import PING, Note, Topic, note, opening

PAGE = 200
PING_SECONDS = 15.0


ENDS = frozenset(f"document.{state}" for state in TERMINAL)


async def notes(topic: Topic, after: Position, until: float) -> AsyncIterator[Note | None]:
    """Every event of the topic after a position, in order, once; None when nothing came for PING_SECONDS.

    Ends at the monotonic time `until`, when nothing more will come, or when the client is too slow.
    """
    async with aclosing(all_notes(topic, after, until)) as following:
        async for each in following:
            yield each
            if each and each.at and each.name in ENDS and await run_in_threadpool(ended, topic, each.at):
                return


async def all_notes(topic: Topic, after: Position, until: float) -> AsyncGenerator[Note | None]:
    """The watcher joins the feed before the store is read: what the store does not show yet comes through the feed."""
    watcher = Watcher(topic)
    await run_in_threadpool(feed().watch, watcher)
    try:
        while page := await run_in_threadpool(missed, topic, after):
            for each in page:
                after = each.at
                if each.readable:
                    yield note(each)
        while not watcher.cut and (left := until - time.monotonic()) > 0:
            coming = await watcher.next(min(PING_SECONDS, left))
            if coming is None:
                yield None
            elif coming.at is None:
                yield coming
            elif coming.at > after:
                after = coming.at
                yield coming
    finally:
        feed().leave(watcher)


def missed(topic: Topic, after: Position) -> list[Stored]:
    return event_store.read_after(after, limit=PAGE, filters=topic.columns())


async def server_sent(topic: Topic, after: Position, seconds: float) -> AsyncIterator[bytes]:
    """One window of the feed as Server-Sent Events; the client resumes after it by Last-Event-ID.

    The first frame says where the window begins, so that a client resumes there even if nothing happens in it.
    """
    yield opening(after)
    async for each in notes(topic, after, time.monotonic() + seconds):
        yield each.sse() if each else PING


def start(topic: Topic, last_seen: Position | None) -> Position:
    """Where a stream begins: after what was seen, else with the whole history of what was named, else now."""
    if last_seen is not None:
        return last_seen
    return START if topic.document or topic.correlation else event_store.head()


def ended(topic: Topic, last_seen: Position | None) -> bool:
    """Has the client seen all there will be? Then 204 tells an EventSource to stop."""
    if last_seen is None or not (topic.document or topic.correlation) or missed(topic, last_seen):
        return False
    column = "id" if topic.document else "correlation_id"
    statement = f"SELECT state FROM documents WHERE tenant = %(tenant)s AND {column} = %(value)s"
    rows = database.fetch(statement, {"tenant": topic.tenant, "value": topic.document or topic.correlation})
    return bool(rows) and all(row["state"] in TERMINAL for row in rows)
