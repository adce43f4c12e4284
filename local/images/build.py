"""Build the image of every function and of the connector, from the Dockerfiles that are deployed."""

import time
from collections.abc import Sequence

from local import site
from local.images import bases, contexts
from local.images.engine import Docker
from local.progress import Report
from local.stackfile import FunctionSpec

CONNECTOR = "docstream-connector:dev"
MEGABYTE = 1_000_000


def build(engine: Docker, specs: Sequence[FunctionSpec], report: Report) -> None:
    """Raises ServiceError with the end of what docker build said."""
    bases.ensure(engine, report)
    for spec in specs:
        folder = contexts.make(spec, site.home() / "build" / spec.name)
        _build(engine, spec.image, str(folder), report=report)
    _build(engine, CONNECTOR, "--file", "deploy/connector/Dockerfile", str(site.REPOSITORY), report=report)


def _build(engine: Docker, image: str, *words: str, report: Report) -> None:
    began = time.monotonic()
    command = ("build", "--network=host", "--quiet", "--tag", image, *words)
    if not engine.succeeds(*command):  # a registry may fail for a moment; a mistake fails again, and is reported
        engine.run(*command)
    size = int(engine.run("image", "inspect", "--format", "{{.Size}}", image))
    report(f"{image}: {size / MEGABYTE:.0f} MB, {time.monotonic() - began:.0f} s")
