"""A network of containers, and this machine's services in it."""

import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local.forward import ports_of, seen_from
from local.images.engine import Docker
from local.images.isolation import LABEL


@contextmanager
def network(engine: Docker) -> Iterator[tuple[str, str]]:
    """The name of a network without a way out, and this machine's address in it; containers marked for it end too."""
    name = f"docstream-{uuid.uuid4().hex[:8]}"
    engine.run("network", "create", "--opt", "com.docker.network.bridge.enable_ip_masquerade=false", name)
    try:
        yield name, engine.run("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", name)
    finally:
        left = engine.run("ps", "--all", "--quiet", "--filter", f"label={LABEL}={name}").split()
        if left:
            engine.run("rm", "--force", *left)
        engine.run("network", "rm", name)


@contextmanager
def surroundings(engine: Docker, services: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a stack whose functions and connector are containers: services as they see them."""
    with network(engine) as (name, host):
        ports = [f"--port={port}" for port in ports_of(services)]
        forwarding = subprocess.Popen([sys.executable, "-m", "local.forward", host, *ports])
        try:
            own = {"DOCSTREAM_NETWORK": name, "DOCSTREAM_DOCKER": engine.program}
            yield {**seen_from(host, services), **engine.address, **own}
        finally:
            forwarding.terminate()
            forwarding.wait()
