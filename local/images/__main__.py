"""Build every image, run them against the services and accept what they do: python -m local.images [build]."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from local import services, site, stackfile
from local.errors import ServiceError
from local.forward import ports_of, seen_from
from local.images.build import CONNECTOR, build
from local.images.engine import Docker, docker

ACCEPTANCE = ("-m", "pytest", "tests/acceptance", "--durations=10")


def report(line: str) -> None:
    print(line, flush=True)


@contextmanager
def network(engine: Docker) -> Iterator[tuple[str, str]]:
    """The name of a network without a way out, and this machine's address in it."""
    name = f"docstream-{uuid.uuid4().hex[:8]}"
    engine.run("network", "create", "--opt", "com.docker.network.bridge.enable_ip_masquerade=false", name)
    try:
        yield name, engine.run("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", name)
    finally:
        engine.run("network", "rm", name)


def accept(engine: Docker) -> int:
    """The exit code of the acceptance tests over containers of the images."""
    environment = dict(os.environ) if "PGHOST" in os.environ else {**os.environ, **services.environment()}
    with network(engine) as (name, host):
        ports = [f"--port={port}" for port in ports_of(environment)]
        forwarding = subprocess.Popen([sys.executable, "-m", "local.forward", host, *ports])
        try:
            own = {"DOCSTREAM_NETWORK": name, "DOCSTREAM_DOCKER": engine.program}
            surroundings = {**seen_from(host, environment), **engine.address, **own}
            return subprocess.run([sys.executable, *ACCEPTANCE], env=surroundings, check=False).returncode
        finally:
            forwarding.terminate()


def main() -> int:
    specs = stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), os.environ)
    try:
        with docker() as engine:
            build(engine, specs, report)
            engine.run("run", "--rm", "--network=none", CONNECTOR, "python", "-c", "import connector.__main__")
            if sys.argv[1:] == ["build"]:
                return 0
            if "PGHOST" not in os.environ:
                services.up(report)
            return accept(engine)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
