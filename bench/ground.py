"""A database and a vhost of one's own on the services of this machine, and what processes on them spend."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from bench.processes import TICKS
from local import services
from pipeline import broker, database
from pipeline.broker import Publisher
from tests.servers import administer, management

EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


@contextmanager
def ground() -> Iterator[str]:
    """Sets the environment of this process; everything is gone afterwards. Yields the name of the vhost."""
    name = f"bench_{uuid4().hex[:12]}"
    os.environ.update(services.environment())
    os.environ |= {"PGDATABASE": "postgres", "PGUSER": "docstream_owner", "RABBITMQ_VHOST": name}
    administer(f"CREATE DATABASE {name}")
    management("PUT", f"vhosts/{name}")
    for user in ("docstream", "docstream_connector"):
        management("PUT", f"permissions/{name}/{user}", EVERYTHING)
    try:
        os.environ["PGDATABASE"] = name
        database.migrate()
        yield name
    finally:
        broker.close()
        database.close()
        management("DELETE", f"vhosts/{name}")
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def publishing() -> Iterator[Publisher]:
    publisher = Publisher("docstream-bench")
    try:
        yield publisher
    finally:
        publisher.close()


def open_connections(vhost: str) -> int:
    """As the broker counts them."""
    return len(management("GET", f"vhosts/{vhost}/connections").json())


def cpu_seconds(pid: int) -> float:
    """User and system time of one process."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(numbers[11]) + int(numbers[12])) / TICKS


def resident_megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
