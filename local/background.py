"""The two processes of ours that outlive the command: the gateway and the connector."""

import sys
import time
from collections.abc import Mapping

from local import own_ports, probe, site
from local.images import connector as image
from local.launch import mounted
from local.progress import Report, patiently
from local.server import Server

START_SECONDS = 60
GRACE_SECONDS = 8
"""A call that takes longer is given back when everything stops; its message is delivered again."""
STOP_SECONDS = GRACE_SECONDS + 7
CONNECTOR_SECRETS = (
    "docstream-db-owner",
    "docstream-broker-connector",
    "docstream-events-key",
    "docstream-s3",
    "docstream-search",
    "docstream-basic-auth-password",
)


def gateway(addresses: Mapping[str, str] | None = None) -> Server:
    """Started with addresses, found again without."""
    command = [
        sys.executable,
        "-m",
        "local.serve",
        "--home",
        str(site.home()),
        "--port",
        str(own_ports.port("gateway")),
    ]
    return Server(
        name="gateway", folder=site.home() / "gateway", command=command, environment=_environment(addresses or {})
    )


def connector(addresses: Mapping[str, str] | None = None) -> Server:
    secrets = mounted(site.home(), "connector", CONNECTOR_SECRETS)
    environment = {
        **owner_environment(addresses or {}),
        "RABBITMQ_USER": "docstream_connector",
        "GATEWAY_URL": gateway_url(),
        "CONNECTOR_ADMIN_PORT": str(own_ports.port("connector")),
        "CONNECTOR_GRACE_SECONDS": str(GRACE_SECONDS),
        "secret_mount_path": str(secrets),
    }
    command = (
        image.command(environment, site.home(), CONNECTOR_SECRETS)
        if "DOCSTREAM_NETWORK" in environment
        else [sys.executable, "-m", "connector"]
    )
    return Server(name="connector", folder=site.home() / "connector", command=command, environment=environment)


def owner_environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """For who may change tables and see every secret."""
    return {**_environment(addresses), "PGUSER": "docstream_owner"}


def gateway_url() -> str:
    return f"http://127.0.0.1:{own_ports.port('gateway')}"


def start_gateway(addresses: Mapping[str, str], report: Report) -> None:
    idle = [server.name for server in (gateway(), connector()) if not server.pid()]
    own_ports.choose(idle)
    _start(gateway(addresses), f"{gateway_url()}/healthz", report)
    # The command docstream looks for the gateway here.
    (site.home() / "address").write_text(gateway_url() + "\n", encoding="ascii")


def start_connector(addresses: Mapping[str, str], report: Report) -> None:
    _start(connector(addresses), f"http://127.0.0.1:{own_ports.port('connector')}/ready", report)


def stop_gateway(report: Report) -> None:
    _stop(gateway(), report)


def stop_connector(report: Report) -> None:
    _stop(connector(), report)


def states() -> list[tuple[str, str, str]]:
    return [
        (server.name, address, "running" if server.pid() else "stopped")
        for server, address in (
            (gateway(), gateway_url()),
            (connector(), f"http://127.0.0.1:{own_ports.port('connector')}"),
        )
    ]


def _start(server: Server, health: str, report: Report) -> None:
    began = time.monotonic()
    if server.pid() and probe.http_status(health) == 200:
        return
    with patiently(report, lambda: f"the {server.name}"):
        server.start(lambda: probe.http_status(health) == 200, START_SECONDS)
    report(f"{server.name}: ready after {time.monotonic() - began:.1f} s")


def _stop(server: Server, report: Report) -> None:
    if server.pid():
        began = time.monotonic()
        server.stop(STOP_SECONDS)
        report(f"{server.name}: stopped in {time.monotonic() - began:.1f} s")


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    return {**addresses, "PYTHONPATH": str(site.REPOSITORY), "PYTHONUNBUFFERED": "1"}
