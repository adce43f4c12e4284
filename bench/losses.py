"""python -m bench.losses: what is lost, and what comes twice, when something goes away in the middle.

Prints JSON, a line for each scenario, of messages through one connector into a function of 10 ms. away: the gateway is
gone for ten seconds. missing: the gateway answers 404 for the function for ten seconds. killed: the connector is killed
with SIGKILL, and another one takes over. poison: one message in a thousand kills its function every time; the rate of
the others is beside what it is without them, and what became of the poison is counted. Needs the services of this
machine (`make up`).
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from bench.ground import ground
from bench.rig import Sink, connector, declare, documents, publish, sink, until
from pipeline.broker import Control

WORKERS, DELAY_SECONDS = 32, 0.01
AWAY_SECONDS = 10
ONE_IN = 1_000
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


def rate(messages: int, poison: int) -> tuple[float, int]:
    """How many healthy messages pass in a second, and how many dead letters there are in the end."""
    events = documents(messages)
    spread = events[:: messages // poison] if poison else []
    with preloaded(events) as gateway, connector(gateway, **BUDGET):
        for each in spread:
            gateway.ask(f"poison/{each}")
        until(lambda: gateway.answered > 0)
        began, done, healthy = time.monotonic(), gateway.answered, messages - len(spread)
        until(lambda: gateway.different >= healthy)
        seconds = time.monotonic() - began
        control = Control("bench-control")
        until(lambda: control.depths(["compensate"])["compensate"] >= len(spread))
        letters = control.depths(["compensate"])["compensate"]
        control.close()
    return (healthy - done) / seconds, letters


def poison(messages: int) -> dict[str, Any]:
    """Alternately, since a machine is not the same twice."""
    alone, beside, letters = 0.0, 0.0, 0
    for _ in range(2):
        alone = max(alone, rate(messages, 0)[0])
        others, letters = rate(messages, messages // ONE_IN)
        beside = max(beside, others)
    return {
        "alone_per_second": round(alone),
        "others_per_second": round(beside),
        "ratio": round(beside / alone, 2),
        "dead_letters": letters,
        "expected": messages // ONE_IN,
    }


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
