"""Build every image, run them against the services and accept what they do: python -m local.images [build]."""

import os
import subprocess
import sys
from collections.abc import Mapping

from local import services, site, stackfile
from local.errors import ServiceError
from local.images.build import build
from local.images.engine import docker
from local.images.network import surroundings

ACCEPTANCE = ("-m", "pytest", "tests/images", "tests/acceptance", "--durations=10", "--timeout=900")
"""More time than a test has of processes: a container takes some to start and to end."""


def report(line: str) -> None:
    print(line, flush=True)


def accept(environment: Mapping[str, str]) -> int:
    """The exit code of the tests of images, and of the acceptance tests over containers of them."""
    return subprocess.run([sys.executable, *ACCEPTANCE], env={**os.environ, **environment}, check=False).returncode


def main() -> int:
    specs = stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), os.environ)
    try:
        with docker() as engine:
            build(engine, specs, report)
            if sys.argv[1:] == ["build"]:
                return 0
            named = "PGHOST" in os.environ
            if not named:
                services.up(report)
            with surroundings(engine, os.environ if named else services.environment()) as environment:
                return accept(environment)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
