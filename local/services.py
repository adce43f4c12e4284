"""RabbitMQ, PostgreSQL, S3 and OpenSearch for one clone: python -m local.services up | down | status | clean."""

import argparse
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence

from local import credentials, native, ports, site
from local.errors import ServiceError
from local.native import Report
from local.site import Mode, Site

DOCKER_SECONDS = 2


def up(report: Report) -> None:
    """Bring everything up, or heal what is half up; under a second when all is well. Raises ServiceError."""
    with site.locked(site.home()):
        here = _here(report)
        credentials.generate(here.secrets)
        native.up(here, _one_at_a_time(report))


def down(report: Report) -> None:
    """Stop every process; data stays."""
    with site.locked(site.home()):
        here = site.load(site.home())
        if here:
            native.down(here, _one_at_a_time(report))


def clean(report: Report) -> None:
    """Stop every process and remove data, secrets and what was assembled; distribution packages stay."""
    down(report)
    here = site.load(site.home())
    if here and here.data != here.home:
        shutil.rmtree(here.data, ignore_errors=True)
    shutil.rmtree(site.home(), ignore_errors=True)
    report(f"removed {site.home()}")


def status() -> list[tuple[str, str, str]]:
    """Name, address and state (running, not answering, stopped) of each service; empty before the first up."""
    here = site.load(site.home())
    if here is None:
        return []
    states = []
    for service, healthy in zip(native.services(here), native.health(here), strict=True):
        alive = any(server.pid() for server in service.servers)
        states.append(
            (service.name, service.address, "running" if healthy else "not answering" if alive else "stopped")
        )
    return states


def environment() -> dict[str, str]:
    """Where the services are, as functions and connector read it. Raises ServiceError before the first up."""
    here = site.load(site.home())
    if here is None:
        raise ServiceError("the services were never started here: run make up")
    return here.environment()


def _one_at_a_time(report: Report) -> Report:
    """Services start in threads; their lines do not mix."""
    lock = threading.Lock()

    def reported(line: str) -> None:
        with lock:
            report(line)

    return reported


def _here(report: Report) -> Site:
    """The remembered site, with other ports when strangers took them while nothing of ours ran."""
    remembered = site.load(site.home())
    if remembered and (_anything_runs(remembered) or all(map(ports.is_free, ports.used_by(remembered.base_port)))):
        return remembered
    here = site.plan(site.home(), remembered.mode if remembered else _mode())
    site.save(here)
    report(f"services of this clone: ports from {here.base_port}, data in {here.data}")
    return here


def _anything_runs(here: Site) -> bool:
    return any(server.pid() for service in native.services(here) for server in service.servers)


def _mode() -> Mode:
    """Compose when a Docker engine answers: a client alone is not enough."""
    try:
        answer = subprocess.run(["docker", "info"], capture_output=True, timeout=DOCKER_SECONDS, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return "native"
    return "compose" if answer.returncode == 0 else "native"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.services", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "clean"])
    command = parser.parse_args(arguments).command

    def report(line: str) -> None:
        print(line, flush=True)

    try:
        if command == "status":
            for name, address, state in status():
                report(f"{name:<12} {address:<18} {state}")
        else:
            {"up": up, "down": down, "clean": clean}[command](report)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
