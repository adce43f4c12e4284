"""python -m bench.gateway: what a call costs at each layer, and how fast the images start.

The call is GET /health of query: of its process alone, through the gateway of the running stack, of its image behind
the watchdog. Needs a running stack (`make up`) and images (`make images`). Prints JSON; times of calls in milliseconds,
of starts in seconds, memory and images in megabytes. What a whole document takes: bench.latency.
"""

import argparse
import json
import os
import subprocess
import sys
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


@contextmanager
def process() -> Iterator[str]:
    """The address of the function alone."""
    port = next(port for port in range(FIRST_PORT, FIRST_PORT + 1000) if ports.is_free(port))
    command = [sys.executable, str(INDEX), "--app", f"functions.{FUNCTION}.handler:app", "--port", str(port)]
    running = subprocess.Popen(command, cwd=site.REPOSITORY, env={**os.environ, "PYTHONPATH": str(site.REPOSITORY)})
    try:
        answered(f"http://127.0.0.1:{port}{PATH}")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def run(number: int) -> dict[str, Any]:
    specs = {
        spec.name: spec
        for spec in stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), os.environ)
    }
    layers = {}
    with process() as alone:
        layers["function alone"] = measured(alone + PATH, number)
    layers["local gateway"] = measured(f"{url(None)}/function/{FUNCTION}{PATH}", number)
    with docker() as engine, network(engine) as (name, _):
        with container(engine, name, specs[FUNCTION]) as (_, image):
            answered(image + PATH)
            layers["image behind the watchdog"] = measured(image + PATH, number)
        starts = {each: start(engine, name, spec) for each, spec in specs.items()}
    return {"layers": layers, "starts": starts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1000, help="of each client")
    print(json.dumps(run(parser.parse_args().calls), indent=2))


if __name__ == "__main__":
    main()
