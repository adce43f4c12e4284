"""A second set of services, in a home of its own, that tests may kill; proxies stand between them and the product."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local import credentials, native, services, site
from local.errors import ServiceError
from local.native import Service
from local.opensearch import OpenSearch
from local.server import Server
from pipeline import broker, database, settings
from tests.promise.network import Proxy

NAMES = {"rabbitmq": "RabbitMQ", "postgres": "PostgreSQL", "s3": "S3", "opensearch": "OpenSearch"}


@dataclass(frozen=True)
class Victims:
    services: Mapping[str, Service]
    proxies: Mapping[str, Proxy]

    @contextmanager
    def away(self, name: str, end: Callable[[Server], None] = Server.kill) -> Iterator[None]:
        """Ended as end says; it runs again after the block."""
        end(self.services[name].servers[0])
        try:
            yield
        finally:
            try:
                self.services[name].start(lambda _: None)
            except ServiceError:
                # On a machine with much to do it takes longer than usual.
                self.services[name].start(lambda _: None)
            # The sessions of this process ended with the server.
            database.close()

    def settings(self) -> dict[str, str]:
        """What sends the product through the proxies."""
        return {
            "RABBITMQ_PORT": str(self.proxies["rabbitmq"].port),
            "PGPORT": str(self.proxies["postgres"].port),
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.proxies['s3'].port}",
            "OPENSEARCH_URL": f"http://127.0.0.1:{self.proxies['opensearch'].port}",
        }

    def rabbitmqctl(self, *words: str) -> None:
        """What the management API cannot ask of a broker."""
        server = self.services["rabbitmq"].servers[0]
        program = Path(server.command[0]).with_name("rabbitmqctl")
        subprocess.run(
            [program, *words],
            env={**os.environ, **server.environment, "HOME": str(server.folder)},
            check=True,
            capture_output=True,
            timeout=60,
        )


def copied(assembled: Path, wanted: Path) -> None:
    """Spare a download."""
    if assembled.exists() and not wanted.exists():
        shutil.copytree(assembled, wanted)


@contextmanager
def victims(home: Path) -> Iterator[Victims]:
    """Started here, and this process is set to use them. What was not there before is removed in the end."""
    end = services.down if home.exists() else services.clean
    # A running product of the tests has a home of its own; that of its services is where their secrets are.
    ours = site.load(settings.secrets_directory().parent)
    home.mkdir(exist_ok=True)
    here = site.load(home) or site.plan(home, "native")
    site.save(here)
    credentials.generate(here.secrets)
    if ours:
        copied(OpenSearch(ours).node, OpenSearch(here).node)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as open_proxies:
        patch.setenv("DOCSTREAM_HOME", str(home))
        # Processes of this machine, whether or not Docker answers.
        patch.setattr("local.compose.available", lambda: False)
        try:
            services.up(print)
            here = site.load(home) or here
            environment = here.environment()
            for name, value in environment.items():
                patch.setenv(name, value)
            ports = {
                "rabbitmq": int(environment["RABBITMQ_PORT"]),
                "postgres": int(environment["PGPORT"]),
                "s3": urlsplit(environment["AWS_ENDPOINT_URL_S3"]).port or 0,
                "opensearch": urlsplit(environment["OPENSEARCH_URL"]).port or 0,
            }
            found = {each.name: each for each in native.services(here)}
            proxies = {name: open_proxies.enter_context(Proxy("127.0.0.1", port)) for name, port in ports.items()}
            yield Victims({name: found[full] for name, full in NAMES.items()}, proxies)
        finally:
            database.close()
            broker.close()
            end(print)
