"""python -m bench.connector: messages of 1 KiB from RabbitMQ through the connector into a trivial function.

Prints JSON, a line for each measurement: messages per second and CPU seconds of the connector per 1,000 messages, by
workers and by what the function takes. preloaded: the queue is full before the connector starts. steady: it is filled
meanwhile. raw: the same calls without a broker. Needs the services of this machine (`make up`).
"""

import argparse
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import requests

from bench.ground import cpu_seconds, ground, publishing, resident_megabytes
from bench.sink import FUNCTION
from connector.gateway import Gateway
from local import ports
from pipeline import broker
from pipeline.auth import signed_headers
from pipeline.broker import event_message
from pipeline.envelope import Envelope, render
from pipeline.events import DocumentUploaded
from pipeline.settings import environment_of, secret

BODY_BYTES = 1_024
LONGEST_SECONDS = 900
BATCH = 1_000
SAMPLE_SECONDS = 0.05
PORTS = itertools.count(28_000)
STARTED = {"RABBITMQ_USER": "docstream_connector", "CONNECTOR_RELAY_AGE_SECONDS": "3600", "AWS_ENDPOINT_URL_S3": ""}


def event() -> Envelope[DocumentUploaded]:
    """document.uploaded with a body of 1 KiB."""
    document, same = uuid4(), {"media_type": "text/plain", "size": 1, "sha256": "0" * 64, "original_key": "k"}

    def named(filename: str) -> Envelope[DocumentUploaded]:
        return Envelope(
            id=document,
            source="/functions/upload",
            subject=document,
            time=datetime.now(UTC),
            correlation_id=document,
            causation_id="bench",
            sequence=1,
            run=1,
            tenant="default",
            traceparent=None,
            data=DocumentUploaded(filename=filename, metadata={}, **same),  # type: ignore[arg-type]
        )

    return named("x" * min(255, BODY_BYTES - len(render(named("")))))


def publish(messages: int) -> None:
    """All of them, confirmed, some at a time."""
    with publishing() as publisher:
        for first in range(0, messages, BATCH):
            answers = [publisher.submit(event_message(event())) for _ in range(first, min(messages, first + BATCH))]
            for answer in answers:
                answer.result(60)


@contextmanager
def running(*command: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=environment_of(settings), stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def sink(workers: int, delay: float) -> Iterator[str]:
    """The address of a gateway that answers."""
    port = next(port for port in PORTS if ports.is_free(port))
    with running("bench.sink", str(port), str(workers), str(delay)):
        until(lambda: answers(f"http://127.0.0.1:{port}"))
        yield f"http://127.0.0.1:{port}"


def connector(address: str) -> Any:
    port = next(port for port in PORTS if ports.is_free(port))
    return running("connector", GATEWAY_URL=address, CONNECTOR_ADMIN_PORT=str(port), **STARTED)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/count", timeout=5).ok
    except requests.ConnectionError:
        return False


def counted(address: str, what: str = "answered") -> int:
    return int(requests.get(f"{address}/count", timeout=30).json()[what])


def until(true: Any) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(SAMPLE_SECONDS)


def through_connectors(
    messages: int, workers: int, delay: float, *, steady: bool, connectors: int = 1
) -> dict[str, Any]:
    """Timed from the first call to the last one; the connectors are up before a steady run begins."""
    with ground(), sink(workers, delay) as address, ExitStack() as processes:
        with broker.connect("bench") as connection:
            broker.declare_topology(connection.channel(), {FUNCTION: ["document.uploaded"]})
        if not steady:
            publish(messages)
        pids = [processes.enter_context(connector(address)).pid for _ in range(connectors)]
        if steady:
            publish(1)
        until(lambda: counted(address) > 0)
        began, spent, most = time.monotonic(), sum(map(cpu_seconds, pids)), 0.0
        done = counted(address)
        publisher = threading.Thread(target=publish, args=(messages if steady else 0,))
        publisher.start()
        whole = messages + steady
        least = sum(map(resident_megabytes, pids))
        while counted(address) < whole and time.monotonic() - began < LONGEST_SECONDS:
            most = max(most, sum(map(resident_megabytes, pids)))
            time.sleep(SAMPLE_SECONDS)
        seconds, moved = time.monotonic() - began, counted(address) - done
        publisher.join()
        cpu = sum(map(cpu_seconds, pids)) - spent
        listed = counted(address, "listed")
    return row(moved, seconds, cpu) | {"lost": whole - moved - done, "grown_mb": round(most - least), "listed": listed}


def raw(messages: int, workers: int, delay: float) -> dict[str, Any]:
    """The same calls, signed, by as many threads, over as many connections."""
    body, headers = render(event()), {"Content-Type": "application/json"}
    with ground(), sink(workers, delay) as address:
        gateway = Gateway(address, user="admin", password=secret("docstream-basic-auth-password"), seconds=60)

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
