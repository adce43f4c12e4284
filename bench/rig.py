"""Messages of 1 KiB, a gateway that answers (bench.sink), and the connectors between them."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import requests

from bench.ground import publishing
from bench.sink import FUNCTION
from local import ports
from pipeline import broker
from pipeline.broker import event_message
from pipeline.envelope import Envelope, render
from pipeline.events import DocumentUploaded
from pipeline.settings import environment_of

BODY_BYTES = 1_024
LONGEST_SECONDS = 900
BATCH = 1_000
SAMPLE_SECONDS = 0.05
PORTS = itertools.count(28_000)
STARTED = {"RABBITMQ_USER": "docstream_connector", "CONNECTOR_RELAY_AGE_SECONDS": "3600", "AWS_ENDPOINT_URL_S3": ""}


def event(document: UUID | None = None) -> Envelope[DocumentUploaded]:
    """document.uploaded with a body of 1 KiB; its id is the document's."""
    document = document or uuid4()
    same = {"media_type": "text/plain", "size": 1, "sha256": "0" * 64, "original_key": "k"}

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


def declare() -> None:
    """The topology with the queue of the one function."""
    with broker.connect("bench") as connection:
        broker.declare_topology(connection.channel(), {FUNCTION: ["document.uploaded"]})


def publish(documents: Sequence[UUID]) -> None:
    """An event for each, confirmed, some at a time."""
    if not documents:
        return
    with publishing() as publisher:
        for first in range(0, len(documents), BATCH):
            answers = [publisher.submit(event_message(event(each))) for each in documents[first : first + BATCH]]
            for answer in answers:
                answer.result(60)


def documents(number: int) -> list[UUID]:
    return [uuid4() for _ in range(number)]


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


class Sink:
    """The gateway at an address, and what it counts."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str) -> dict[str, int]:
        """Raises requests.ConnectionError while it is away."""
        counts: dict[str, int] = requests.get(f"{self.address}/{path}", timeout=30).json()
        return counts

    @property
    def answered(self) -> int:
        return self.ask("count")["answered"]

    @property
    def different(self) -> int:
        return self.ask("count")["different"]

    def answers(self) -> bool:
        try:
            return bool(self.ask("count"))
        except requests.ConnectionError:
            return False


@contextmanager
def sink(workers: int, delay: float) -> Iterator[Sink]:
    """delay in seconds is what each call takes."""
    port = next(port for port in PORTS if ports.is_free(port))
    gateway = Sink(f"http://127.0.0.1:{port}")
    with running("bench.sink", str(port), str(workers), str(delay)):
        until(gateway.answers)
        yield gateway


def connector(gateway: Sink, **settings: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    port = next(port for port in PORTS if ports.is_free(port))
    return running("connector", GATEWAY_URL=gateway.address, CONNECTOR_ADMIN_PORT=str(port), **STARTED, **settings)


def until(true: Callable[[], bool]) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(SAMPLE_SECONDS)
