"""python -m bench.losses: what is lost, and what comes twice, when something goes away in the middle.

Prints JSON, a line for each scenario, of messages through one connector into a function of 10 ms. away: the gateway is
gone for ten seconds. missing: the gateway answers 404 for the function for ten seconds. killed: the connector is killed
with SIGKILL, and another one takes over. poison: one message in five hundred kills its function; the rate of
the others is beside what it is without it, and what became of the poison is counted. Needs the services of this
machine (`make up`).
"""

import argparse
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from bench.ground import ground
from bench.rig import SAMPLE_SECONDS, Sink, connector, declare, documents, publish, sink, until
from pipeline.broker import Control

WORKERS, DELAY_SECONDS = 32, 0.01
AWAY_SECONDS = 10
BATCH, ROUNDS = 500, 4
# Poison is given up within seconds instead of hours.
BUDGET = {"CONNECTOR_MAX_DEFERS": "3", "CONNECTOR_DELAY_LEVELS": "0.2,0.5,1", "CONNECTOR_BACKOFF_SECONDS": "0.2"}


@contextmanager
def preloaded(events: Sequence[UUID]) -> Iterator[Sink]:
    """A gateway, and a queue that holds these events; connectors are still to be started."""
    with ground(), sink(WORKERS, DELAY_SECONDS) as gateway:
        declare()
        publish(events)
        yield gateway


def all_once(gateway: Sink, messages: int) -> dict[str, Any]:
    """Wait until every message has come; how often one came again. Raises TimeoutError when some are lost."""
    until(lambda: gateway.different >= messages)
    return {"lost": messages - gateway.different, "twice": gateway.answered - gateway.different}


def away(messages: int) -> dict[str, Any]:
    with preloaded(documents(messages)) as gateway, connector(gateway):
        until(lambda: gateway.answered > messages // 2)
        gateway.ask(f"away/{AWAY_SECONDS}")
        until(lambda: not gateway.answers())
        until(gateway.answers)
        return all_once(gateway, messages)


def missing(messages: int) -> dict[str, Any]:
    with preloaded(documents(messages)) as gateway, connector(gateway):
        gateway.ask("missing")
        time.sleep(AWAY_SECONDS)
        early = gateway.answered
        gateway.ask("there")
        return {"before": early} | all_once(gateway, messages)


def killed(messages: int) -> dict[str, Any]:
    with preloaded(documents(messages)) as gateway, ExitStack() as processes:
        victim = processes.enter_context(connector(gateway))
        until(lambda: gateway.answered > messages // 2)
        victim.kill()
        processes.enter_context(connector(gateway))
        return all_once(gateway, messages)


def feed(gateway: Sink, poison: int, stopping: threading.Event) -> None:
    """Keep a short queue, so that a retry is not at its end; the first batches have one poison each."""
    published = 0
    while not stopping.wait(SAMPLE_SECONDS):
        if gateway.answered > published - 5 * BATCH:
            batch = documents(BATCH)
            if poison:
                gateway.ask(f"poison/{batch[BATCH // 2]}")
                poison -= 1
            publish(batch)
            published += len(batch)


def timed(messages: int, poison: int) -> tuple[float, int]:
    """The seconds that so many healthy messages take, and how many dead letters there are in the end."""
    stopping = threading.Event()
    with preloaded([]) as gateway, connector(gateway, **BUDGET):
        feeder = threading.Thread(target=feed, args=(gateway, poison, stopping))
        feeder.start()
        until(lambda: gateway.answered >= BATCH)
        began, whole = time.monotonic(), gateway.answered + messages
        until(lambda: gateway.answered >= whole)
        seconds = time.monotonic() - began
        control = Control("bench-control")
        until(lambda: control.depths(["compensate"])["compensate"] >= poison)
        letters = control.depths(["compensate"])["compensate"]
        control.close()
        stopping.set()
        feeder.join()
    return seconds, letters


def poison(messages: int) -> dict[str, Any]:
    """In turns, since a machine is not the same twice."""
    each, kills = messages // ROUNDS, messages // ROUNDS // BATCH
    alone, beside, letters = 0.0, 0.0, 0
    for _ in range(ROUNDS):
        alone += timed(each, 0)[0]
        seconds, found = timed(each, kills)
        beside, letters = beside + seconds, letters + found
    rates = {"alone_per_second": round(messages / alone), "others_per_second": round(messages / beside)}
    return rates | {"ratio": round(alone / beside, 2), "poison": kills * ROUNDS, "dead_letters": letters}


SCENARIOS = {each.__name__: each for each in (away, missing, killed, poison)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    asked = parser.parse_args()
    for name in asked.scenarios.split(","):
        found = SCENARIOS[name](asked.messages)
        print(json.dumps({"scenario": name, "messages": asked.messages} | found), flush=True)


if __name__ == "__main__":
    main()
