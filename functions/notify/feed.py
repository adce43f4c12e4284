"""One reader of the event store per process, and the watchers it hands every event to, in order.

A hint from the broker says which event to expect; the reader then polls until it has passed it, since an older open
transaction may hide it for a moment. Without hints it looks once a second.
"""

import asyncio
import functools
import logging
import threading
import time
from contextlib import suppress
from uuid import UUID

from pipeline import broker, event_store
from pipeline.errors import Busy, Unavailable
from pipeline.event_store import Position

from .message import Note, Topic, note, progress_note

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 1.0
HIDDEN_SECONDS = 0.02
HINT_SECONDS = 5.0
CLOSE_SECONDS = 5.0
WATCHER_NOTES = 1_000


class Watcher:
    """A bounded mailbox on the event loop; one that overflows is cut, never skipped: its client resumes."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.cut = False
        self._loop = asyncio.get_running_loop()
        self._notes: asyncio.Queue[Note] = asyncio.Queue(WATCHER_NOTES)

    def offer(self, note: Note) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # a loop that has ended has no client left either
            self._loop.call_soon_threadsafe(self._put, note)

    def _put(self, note: Note) -> None:
        try:
            self._notes.put_nowait(note)
        except asyncio.QueueFull:
            self.cut = True

    async def next(self, within: float) -> Note | None:
        """The next note, or None after `within` seconds."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._notes.get(), within)
        return None


class Feed:
    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._hinted: dict[UUID, float] = {}
        self._at: Position | None = None
        self._hints: broker.Hints | None = None
        self._reader: threading.Thread | None = None
        self._closed = False

    def watch(self, watcher: Watcher) -> None:
        """From now on the watcher gets every event of its topic that the reader passes."""
        with self._lock:
            if self._hints is None:
                self._hints = broker.hints(self._hint)
            if self._reader is None:
                self._reader = threading.Thread(target=self._follow, name="feed", daemon=True)
                self._reader.start()
            if not self._watchers:
                self._at = event_store.head()
            self._watchers.add(watcher)
        self._wake.set()

    def count(self) -> int:
        return len(self._watchers)

    def leave(self, watcher: Watcher) -> None:
        """On the event loop, so it may not wait for the lock, which is held while the database answers."""
        self._watchers.discard(watcher)

    def close(self) -> None:
        """Returns once the reader has ended, or has not within CLOSE_SECONDS."""
        self._closed = True
        if self._hints is not None:
            self._hints.close()
        self._wake.set()
        if reader := self._reader:
            reader.join(CLOSE_SECONDS)

    def _hint(self, event_id: str, routing_key: str, body: bytes) -> None:
        if routing_key.startswith("progress."):
            with suppress(ValueError):
                self._progress(body)
        elif self._watchers:
            with suppress(ValueError):
                self._hinted[UUID(event_id)] = time.monotonic()
            self._wake.set()

    def _progress(self, body: bytes) -> None:
        message, names = progress_note(body)
        of = (names["tenant"], UUID(names["document_id"]), UUID(names["correlation_id"]))
        for watcher in list(self._watchers):
            if watcher.topic.wants(*of):
                watcher.offer(message)

    def _follow(self) -> None:
        try:
            self._read_on()
        finally:
            # After a bug the watchers are cut, so that their clients resume, and the next one starts another reader.
            with self._lock:
                self._reader = None
                cut, self._watchers = self._watchers, set()
            for watcher in cut:
                watcher.cut = True

    def _read_on(self) -> None:
        while not self._closed:
            self._wake.wait(HIDDEN_SECONDS if self._hinted else IDLE_SECONDS)
            self._wake.clear()
            try:
                while self._watchers and not self._closed and self._read() == BATCH:
                    pass
            except (Busy, Unavailable) as error:
                log.warning("the feed waits", extra={"action": "feed", "cause": error.reason})
                time.sleep(IDLE_SECONDS)
            expired = time.monotonic() - HINT_SECONDS
            self._hinted = {event: at for event, at in list(self._hinted.items()) if at > expired}

    def _read(self) -> int:
        """Hand out the next events; returns how many there were."""
        with self._lock:
            assert self._at is not None
            events = event_store.read_after(self._at, limit=BATCH)
            for each in events:
                self._hinted.pop(each.row["id"], None)
                self._hand_out(each)
                self._at = each.at
        return len(events)

    def _hand_out(self, each: event_store.Stored) -> None:
        of = (each.row["tenant"], each.row["document_id"], each.row["correlation_id"])
        watchers = [watcher for watcher in list(self._watchers) if watcher.topic.wants(*of)]
        if watchers and each.readable:
            message = note(each)
            for watcher in watchers:
                watcher.offer(message)


@functools.cache
def feed() -> Feed:
    return Feed()


def close() -> None:
    feed().close()
    feed.cache_clear()
