"""RabbitMQ, PostgreSQL, S3 and OpenSearch for one clone: python -m local.services up | down | status | clean."""

import argparse
import shutil
import sys
import threading
from collections.abc import Sequence
from typing import Protocol

from local import compose, credentials, native, ports, site
from local.errors import ServiceError
from local.progress import Report
from local.site import Mode, Site


class Engine(Protocol):
    """What runs the services: processes of this machine, or containers."""

    def up(self, site: Site, report: Report) -> None: ...
    def down(self, site: Site, report: Report) -> None: ...
    def clean(self, site: Site, report: Report) -> None: ...
    def status(self, site: Site) -> list[tuple[str, str, str]]: ...
    def anything_runs(self, site: Site) -> bool: ...


def up(report: Report) -> None:
    """Bring everything up, or heal what is half up; under a second when all is well. Raises ServiceError."""
    with site.locked(site.home()):
        here = _here(report)
        credentials.generate(here.secrets)
        _engine(here).up(here, _one_at_a_time(report))


def down(report: Report) -> None:
    """Stop every process or container; data stays."""
    with site.locked(site.home()):
        here = site.load(site.home())
        if here:
            _engine(here).down(here, _one_at_a_time(report))


def clean(report: Report) -> None:
    """Stop everything and remove data, secrets and what was assembled; distribution packages stay."""
    with site.locked(site.home()):
        here = site.load(site.home())
        if here:
            _engine(here).clean(here, _one_at_a_time(report))
        shutil.rmtree(site.home())
    report(f"removed {site.home()}")


def status() -> list[tuple[str, str, str]]:
    """Name, address and state (running, not answering, stopped) of each service; empty before the first up."""
    here = site.load(site.home())
    return _engine(here).status(here) if here else []


def environment() -> dict[str, str]:
    """Where the services are, as functions and connector read it. Raises ServiceError before the first up."""
    here = site.load(site.home())
    if here is None:
        raise ServiceError("the services were never started here: run make up")
    return here.environment()


def missing_packages() -> list[str]:
    """Distribution packages that up would install; none where containers run the services."""
    here = site.load(site.home()) or site.plan(site.home(), _mode())
    return native.missing_packages(here) if here.mode == "native" else []


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
    if remembered and (
        _engine(remembered).anything_runs(remembered) or all(map(ports.is_free, ports.used_by(remembered.base_port)))
    ):
        return remembered
    here = site.plan(site.home(), remembered.mode if remembered else _mode())
    site.save(here)
    report(f"services of this clone: ports from {here.base_port}, data in {here.data}")
    return here


def _mode() -> Mode:
    return "compose" if compose.available() else "native"


def _engine(here: Site) -> Engine:
    engines: dict[Mode, Engine] = {"native": native, "compose": compose}
    return engines[here.mode]


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
