"""The four services as processes of this machine, started and stopped side by side."""

import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from local import packages
from local.opensearch import OpenSearch
from local.postgres import Postgres
from local.progress import Report, patiently
from local.rabbitmq import RabbitMQ
from local.s3 import S3
from local.server import Server
from local.site import Site


class Service(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def servers(self) -> list[Server]: ...
    def missing_packages(self) -> list[str]: ...
    def answers(self) -> bool: ...
    def start(self, report: Report) -> None: ...


def services(site: Site) -> list[Service]:
    """The slowest to come up first."""
    return [OpenSearch(site), RabbitMQ(site), Postgres(site), S3(site)]


def up(site: Site, report: Report) -> None:
    """Raises ServiceError: at once when packages cannot be installed, else after the other services came up."""
    waiting = [service for service, fine in zip(services(site), health(site), strict=True) if not fine]
    if not waiting:
        report("services are running")
        return
    if site.account:
        packages.ensure_account(site.account)
    missing = missing_packages(site)
    as_root = packages.how_to_become_root(missing) if missing else []
    started: dict[str, Future[None]] = {}
    with (
        patiently(report, lambda: _unfinished(started)),
        ThreadPoolExecutor(1) as distribution,
        ThreadPoolExecutor() as pool,
    ):
        for service in waiting:
            installed = distribution.submit(_install, service, as_root, report)
            started[service.name] = pool.submit(_start, service, installed, report)
    for future in started.values():
        future.result()


def missing_packages(site: Site) -> list[str]:
    """Distribution packages that up would install."""
    return sorted({package for service in services(site) for package in service.missing_packages()})


def _unfinished(started: Mapping[str, Future[None]]) -> str:
    return ", ".join(name for name, future in list(started.items()) if not future.done())


def health(site: Site) -> list[bool]:
    """In the order of services()."""
    found = services(site)
    with ThreadPoolExecutor(len(found)) as pool:
        return list(pool.map(_healthy, found))


def _healthy(service: Service) -> bool:
    return all(server.pid() for server in service.servers) and service.answers()


def down(site: Site, report: Report) -> None:
    found = [service for service in services(site) if _runs(service)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda service: _stop(service, report), found))


def clean(site: Site, report: Report) -> None:
    """Also the data."""
    down(site, report)
    for service in services(site):
        shutil.rmtree(service.servers[0].folder, ignore_errors=True)
    if site.data != site.home:
        shutil.rmtree(site.data, ignore_errors=True)


def status(site: Site) -> list[tuple[str, str, str]]:
    """Name, address, and running, not answering or stopped."""
    return [
        (service.name, service.address, "running" if healthy else "not answering" if _runs(service) else "stopped")
        for service, healthy in zip(services(site), health(site), strict=True)
    ]


def anything_runs(site: Site) -> bool:
    return any(_runs(service) for service in services(site))


def _runs(service: Service) -> bool:
    return any(server.pid() for server in service.servers)


def _start(service: Service, installed: Future[None], report: Report) -> None:
    if service.missing_packages():
        installed.result()
    began = time.monotonic()
    report(f"{service.name}: starting")
    service.start(report)
    report(f"{service.name}: ready at {service.address} after {time.monotonic() - began:.1f} s")


def _install(service: Service, as_root: Sequence[str], report: Report) -> None:
    missing = service.missing_packages()
    if not missing:
        return
    began = time.monotonic()
    report(f"installing distribution packages: {' '.join(missing)}")
    packages.install(missing, as_root)
    report(f"installed {' '.join(missing)} in {time.monotonic() - began:.0f} s")


def _stop(service: Service, report: Report) -> None:
    began = time.monotonic()
    for server in service.servers:
        server.stop()
    report(f"{service.name}: stopped in {time.monotonic() - began:.1f} s")
