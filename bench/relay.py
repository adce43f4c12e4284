"""python -m bench.relay: events from their commit to the broker, by the relay alone.

Prints JSON, a line for each measurement. backlog: how fast events that wait are sent, and how much memory that takes.
live: events are recorded meanwhile, and the delay is from commit to confirmed. writers: transactions per second of
those who record, alone and beside the relay and readers of the stream. Needs the services of this machine (`make up`).
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from bench.corpus import percentile
from bench.ground import ground, publishing, resident_megabytes
from bench.rig import declare, event
from connector.relay import Relay
from pipeline import database, event_store
from pipeline.database import transaction
from pipeline.event_store import START

WRITERS, READERS = 4, 2
EACH_TRANSACTION = 100
SEND_SECONDS = 10.0


def record(events: int) -> None:
    """Some in each transaction, as fast as it goes."""
    for first in range(0, events, EACH_TRANSACTION):
        with transaction() as tx:
            for _ in range(first, min(events, first + EACH_TRANSACTION)):
                event_store.append(tx, event())


def write(stopping: threading.Event, written: list[int]) -> None:
    """One event in each transaction, like a stage."""
    count = 0
    while not stopping.is_set():
        with transaction() as tx:
            event_store.append(tx, event())
        count += 1
    written.append(count)


def send(relay: Relay, stopping: threading.Event) -> None:
    while not stopping.is_set():
        stopping.wait(relay.step())


def read(stopping: threading.Event) -> None:
    """Follow the stream, as the live feed does."""
    at = START
    while not stopping.is_set():
        events = event_store.read_after(at, limit=500)
        at = events[-1].at if events else at
        stopping.wait(0 if events else 0.02)


@contextmanager
def beside(*actions: Callable[[threading.Event], None]) -> Iterator[None]:
    """Threads that run during the block."""
    stopping = threading.Event()
    threads = [threading.Thread(target=action, args=(stopping,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def unsent() -> int:
    return int(database.fetch("SELECT count(*) FROM events WHERE sent_at IS NULL")[0]["count"])


def backlog(relay: Relay, events: int) -> dict[str, Any]:
    record(events)
    began, spent, least = time.monotonic(), time.process_time(), resident_megabytes(os.getpid())
    most = least
    while relay.step() == 0.0 or unsent():
        most = max(most, resident_megabytes(os.getpid()))
    seconds, cpu = time.monotonic() - began, time.process_time() - spent
    return {
        "per_second": round(events / seconds),
        "cpu_seconds_per_1000": round(1000 * cpu / events, 2),
        "grown_mb": round(most - least),
    }


def written_per_second(*actions: Callable[[threading.Event], None]) -> int:
    written: list[int] = []
    writers = [partial(write, written=written)] * WRITERS
    with beside(*writers, *actions):
        time.sleep(SEND_SECONDS)
    return round(sum(written) / SEND_SECONDS)


def live(relay: Relay) -> dict[str, Any]:
    """Commit to confirmed, in milliseconds, while one writer records; a mark is made for a batch at a time."""
    with beside(partial(send, relay), partial(write, written=[])):
        time.sleep(SEND_SECONDS)
    while relay.step() == 0.0 or unsent():
        pass
    statement = "SELECT 1000 * extract(epoch FROM sent_at - recorded_at)::float8 AS delay FROM events"
    delays = [row["delay"] for row in database.fetch(statement)]
    return {"events": len(delays), "p50_ms": percentile(delays, 0.5), "p95_ms": percentile(delays, 0.95)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    asked = parser.parse_args()
    for measured in ("backlog", "live", "writers"):
        with ground(), publishing() as publisher:
            declare()
            relay = Relay(publisher, age=0)
            if measured == "backlog":
                found = {"events": asked.events} | backlog(relay, asked.events)
            elif measured == "live":
                found = live(relay)
            else:
                readers = [read] * READERS
                alone = written_per_second()
                together = written_per_second(partial(send, relay), *readers)
                found = {"writers_alone_per_second": alone, "beside_relay_and_readers_per_second": together}
        print(json.dumps({"measured": measured} | found), flush=True)


if __name__ == "__main__":
    main()
