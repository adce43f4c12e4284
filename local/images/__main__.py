"""Build every image, run them against the services and accept what they do: python -m local.images [build | up]."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from local import background, first_key, services, site, stackfile
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


def hold(environment: Mapping[str, str]) -> int:
    """The stack of this clone, in containers, until a signal."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        background.start_gateway(environment, report)
        first_key.ensure(background.owner_environment(environment))
        background.start_connector(environment, report)
        report(f"functions and connector run in containers behind {background.gateway_url()} until Ctrl+C")
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return 0
    finally:
        background.stop_connector(report)
        background.stop_gateway(report)


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
                return hold(environment) if sys.argv[1:] == ["up"] else accept(environment)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
