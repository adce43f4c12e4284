"""python -m bench.gateway: what a call costs at each layer, and how fast functions start, alone and as images.

The call is GET /health of query: of its process alone, through the gateway of the running stack, of its image behind
the watchdog. Needs a running stack (`make up`), and images (`make images`) or --without-images. Prints JSON; times of
calls in milliseconds, of starts in seconds, memory and images in megabytes. What a whole document takes: bench.latency.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.calls import answered, measured
from bench.containers import container, start
from cli.place import url
from local import ports, site, stackfile
from local.images.engine import docker
from local.images.network import network
from local.launch import INDEX

FUNCTION, PATH = "query", "/health"
FIRST_PORT = 27_000

Specs = dict[str, stackfile.FunctionSpec]


@contextmanager
def process(function: str) -> Iterator[str]:
    """The address of a function alone, at once."""
    port = next(port for port in range(FIRST_PORT, FIRST_PORT + 1000) if ports.is_free(port))
    command = [sys.executable, str(INDEX), "--app", f"functions.{function}.handler:app", "--port", str(port)]
    running = subprocess.Popen(command, cwd=site.REPOSITORY, env={**os.environ, "PYTHONPATH": str(site.REPOSITORY)})
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def seconds_to_answer(function: str) -> float:
    """From its start as a process to its first answer."""
    began = time.monotonic()
    with process(function) as address:
        answered(f"{address}/nothing")
        return round(time.monotonic() - began, 2)


def processes(specs: Specs, number: int) -> dict[str, Any]:
    layers = {}
    with process(FUNCTION) as alone:
        answered(alone + PATH)
        layers["function alone"] = measured(alone + PATH, number)
    layers["local gateway"] = measured(f"{url(None)}/function/{FUNCTION}{PATH}", number)
    return {"layers": layers, "starts": {name: seconds_to_answer(name) for name in specs}}


def images(specs: Specs, number: int) -> dict[str, Any]:
    with docker() as engine, network(engine) as (name, _):
        with container(engine, name, specs[FUNCTION]) as (_, image):
            answered(image + PATH)
            layers = {"image behind the watchdog": measured(image + PATH, number)}
        return {"layers": layers, "starts": {each: start(engine, name, spec) for each, spec in specs.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1000, help="of each client")
    parser.add_argument("--without-images", action="store_true", help="only the processes; no Docker is asked")
    arguments = parser.parse_args()
    stack = stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), os.environ)
    specs = {spec.name: spec for spec in stack}
    told = {"processes": processes(specs, arguments.calls)}
    if not arguments.without_images:
        told["images"] = images(specs, arguments.calls)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
