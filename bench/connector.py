"""python -m bench.connector: messages of 1 KiB from RabbitMQ through the connector into a trivial function.

Prints JSON, a line for each measurement: messages per second and CPU seconds of the connector per 1,000 messages, by
workers and by what the function takes. preloaded: the queue is full before the connector starts. steady: it is filled
meanwhile. raw: the same calls without a broker. listed counts how often the gateway was asked for its functions,
connections those to the broker. What is lost when something goes away: bench.losses. Needs the services of this
machine (`make up`).
"""

import argparse
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from bench.ground import cpu_seconds, ground, open_connections, resident_megabytes
from bench.rig import LONGEST_SECONDS, SAMPLE_SECONDS, connector, declare, documents, event, publish, sink, until
from bench.sink import FUNCTION
from connector.gateway import Gateway
from pipeline.auth import signed_headers
from pipeline.envelope import render
from pipeline.settings import secret


def through_connectors(
    messages: int, workers: int, delay: float, *, steady: bool, connectors: int = 1
) -> dict[str, Any]:
    """Timed from the first call to the last one; the connectors are up before a steady run begins."""
    with ground() as vhost, sink(workers, delay) as gateway, ExitStack() as processes:
        declare()
        if not steady:
            publish(documents(messages))
        pids = [processes.enter_context(connector(gateway)).pid for _ in range(connectors)]
        if steady:
            publish(documents(1))
        until(lambda: gateway.answered > 0)
        began, spent, most = time.monotonic(), sum(map(cpu_seconds, pids)), 0.0
        done = gateway.answered
        publisher = threading.Thread(target=publish, args=(documents(messages if steady else 0),))
        publisher.start()
        whole = messages + steady
        least = sum(map(resident_megabytes, pids))
        while gateway.answered < whole and time.monotonic() - began < LONGEST_SECONDS:
            most = max(most, sum(map(resident_megabytes, pids)))
            time.sleep(SAMPLE_SECONDS)
        seconds, counts = time.monotonic() - began, gateway.ask("count")
        publisher.join()
        cpu = sum(map(cpu_seconds, pids)) - spent
        connections = open_connections(vhost)
    return row(counts["answered"] - done, seconds, cpu) | {
        "lost": whole - counts["different"],
        "twice": counts["answered"] - counts["different"],
        "grown_mb": round(most - least),
        "listed": counts["listed"],
        "connections": connections,
    }


def raw(messages: int, workers: int, delay: float) -> dict[str, Any]:
    """The same calls, signed, by as many threads, over as many connections."""
    body, headers = render(event()), {"Content-Type": "application/json"}
    with ground(), sink(workers, delay) as answering:
        password = secret("docstream-basic-auth-password")
        gateway = Gateway(answering.address, user="admin", password=password, seconds=60)

        def calls(number: int) -> None:
            for _ in range(number):
                gateway.call(FUNCTION, body, {**headers, **signed_headers(body)})

        spent, began = time.process_time(), time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(calls, [messages // workers] * workers))
        return row(messages // workers * workers, time.monotonic() - began, time.process_time() - spent)


def row(moved: int, seconds: float, cpu: float) -> dict[str, Any]:
    return {"per_second": round(moved / seconds), "cpu_seconds_per_1000": round(1000 * cpu / max(moved, 1), 2)}


def numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--workers", type=numbers, default=[1, 8, 32])
    parser.add_argument("--delays", type=numbers, default=[0, 10], help="milliseconds that the function takes")
    parser.add_argument("--connectors", type=int, default=1, help="started at once, against one broker")
    parser.add_argument("--modes", default="raw,preloaded,steady")
    asked = parser.parse_args()
    for delay, workers, mode in itertools.product(asked.delays, asked.workers, asked.modes.split(",")):
        case = {"mode": mode, "delay_ms": delay, "workers": workers, "messages": asked.messages}
        if mode == "raw":
            found = raw(asked.messages, workers, delay / 1000)
        else:
            found = through_connectors(
                asked.messages, workers, delay / 1000, steady=mode == "steady", connectors=asked.connectors
            )
        print(json.dumps(case | found), flush=True)


if __name__ == "__main__":
    main()
