"""Containers of the images: how fast they answer, how fast they have loaded what they need, what memory that takes."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bench.calls import answered
from bench.processes import TICKS
from local import ports
from local.images.build import MEGABYTE
from local.images.containers import memory_limit
from local.images.engine import Docker
from local.images.isolation import HARDENED, LABEL
from local.stackfile import FunctionSpec

QUIET_SECONDS = 1.5
POLL_SECONDS = 0.1

_ports = count(26_000 + os.getpid() % 1000)


@contextmanager
def container(engine: Docker, network: str, spec: FunctionSpec) -> Iterator[tuple[str, str]]:
    """Its id and address, at once. It finds no service and no secret: only what needs none of them works."""
    port = next(port for port in _ports if ports.is_free(port))
    place = (f"--network={network}", f"--label={LABEL}={network}", f"--publish=127.0.0.1:{port}:8080")
    settings = [f"--env={name}={value}" for name, value in spec.environment.items()]
    identity = engine.run("run", "--detach", *place, *HARDENED, *memory_limit(spec), *settings, spec.image)
    try:
        yield identity, f"http://127.0.0.1:{port}"
    finally:
        engine.run("rm", "--force", identity)


def start(engine: Docker, network: str, spec: FunctionSpec) -> dict[str, Any]:
    """Megabytes, and seconds from `docker run` on; loaded is when its processes stop to use the CPU."""
    began = time.monotonic()
    with container(engine, network, spec) as (identity, address):
        answered(f"{address}/nothing")
        first = time.monotonic() - began
        busy_until, spent = time.monotonic(), 0
        while time.monotonic() - busy_until < QUIET_SECONDS:
            used = sum(ticks(process) for process in processes(engine, identity))
            if used > spent:
                busy_until, spent = time.monotonic(), used
            time.sleep(POLL_SECONDS)
        held = sum(proportional_set(process) for process in processes(engine, identity))
        size = int(engine.run("image", "inspect", "--format", "{{.Size}}", spec.image))
        return {
            "image": round(size / MEGABYTE),
            "first answer": round(first, 2),
            "loaded": round(busy_until - began, 1),
            "cpu": round(spent / TICKS, 1),
            "memory": round(held / MEGABYTE),
        }


def processes(engine: Docker, identity: str) -> list[Path]:
    """Of the container, in this machine's /proc."""
    return [Path("/proc", number) for number in engine.run("top", identity, "-eo", "pid").split()[1:]]


def ticks(process: Path) -> int:
    """Of user and system time; none of a process that has ended meanwhile."""
    try:
        numbers = (process / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(numbers[11]) + int(numbers[12])


def proportional_set(process: Path) -> int:
    """Bytes, of shared ones its part."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
