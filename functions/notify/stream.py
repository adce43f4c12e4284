"""A watcher's stream: first what it has missed, from the event store, then what comes, from the feed."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress

from starlette.concurrency import run_in_threadpool

from pipeline import database, event_store
from pipeline.auth import Principal
from pipeline.errors import Forbidden, Unauthorized, Unavailable
from pipeline.event_store import START, Position, Stored
from pipeline.model import TERMINAL

from .feed import Watcher, feed
from .message import PING, Note, Topic, note, opening

PAGE = 200
PING_SECONDS = 15.0
RECHECK_SECONDS = 10.0
"""With the sign of life after it and the seconds for which a key is cached: then a revoked key sees nothing more."""
ENDS = frozenset(f"document.{state}" for state in TERMINAL)

Allowed = Callable[[], Principal]
"""Raises Unauthorized or Forbidden once the watcher may not watch any more."""


async def notes(topic: Topic, after: Position, until: float, allowed: Allowed) -> AsyncIterator[Note | None]:
    """Every event of the topic after a position, in order, once; None when nothing came for PING_SECONDS.

    Ends at the monotonic time `until`, when nothing more will come, or when the client is too slow. Raises
    Unauthorized, Forbidden.
    """
    checked = time.monotonic()
    async with aclosing(all_notes(topic, after, until)) as following:
        async for each in following:
            if time.monotonic() - checked > RECHECK_SECONDS:
                checked = time.monotonic()
                with suppress(Unavailable):
                    await run_in_threadpool(allowed)
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


async def server_sent(topic: Topic, after: Position, seconds: float, allowed: Allowed) -> AsyncIterator[bytes]:
    """One window of the feed as Server-Sent Events; the client resumes after it by Last-Event-ID.

    The first frame says where the window begins, so that a client resumes there even if nothing happens in it. One who
    may not watch any more hears why when it resumes.
    """
    yield opening(after)
    with suppress(Unauthorized, Forbidden):
        async for each in notes(topic, after, time.monotonic() + seconds, allowed):
            yield each.sse() if each else PING


def start(topic: Topic, last_seen: Position | None) -> Position:
    """Where a stream begins: after what was seen, else with the whole history of what was named, else now."""
    if last_seen is not None:
        return last_seen
    return START if topic.document or topic.correlation else event_store.head()


def exists(topic: Topic) -> bool:
    """Is the document of the topic one of its tenant?"""
    statement = "SELECT FROM documents WHERE tenant = %(tenant)s AND id = %(document_id)s"
    return bool(database.fetch(statement, topic.columns()))


def ended(topic: Topic, last_seen: Position | None) -> bool:
    """Has the client seen all there will be? Then 204 tells an EventSource to stop.

    One statement sees one moment: an event that an older open transaction still hides from readers counts here.
    """
    if last_seen is None or not (topic.document or topic.correlation):
        return False
    column = "id" if topic.document else "correlation_id"
    wanted = " AND ".join(f"{name} = %({name})s" for name in topic.columns())
    statement = f"""
        SELECT coalesce(bool_and(state = ANY(%(terminal)s)), false) AND NOT EXISTS (
            SELECT FROM events WHERE {wanted} AND (xid, position) > (%(xid)s::text::xid8, %(position)s)
        ) AS ended FROM documents WHERE tenant = %(tenant)s AND {column} = %(value)s
    """
    place = {"xid": str(last_seen.xid), "position": last_seen.position, "terminal": sorted(TERMINAL)}
    value = {"value": topic.document or topic.correlation}
    return bool(database.fetch(statement, topic.columns() | place | value)[0]["ended"])
