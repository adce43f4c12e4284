"""The two processes of ours that outlive the command, each under a supervisor: the gateway and the connector."""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from local import own_ports, probe, site, supervise
from local.errors import ServiceError
from local.images import connector as image
from local.launch import mounted
from local.progress import Report, patiently
from local.server import Server
from local.supervise import Restarts

START_SECONDS = 300
"""A container starts late on a machine that has much to do; one that fails is noticed at once."""
ENDS_AT_START = 3
"""After so many ends before it was ready once, it is not going to be."""
GRACE_SECONDS = 8
"""A call that takes longer is given back when everything stops; its message is delivered again."""
STOP_SECONDS = GRACE_SECONDS + 7
LOOPBACK = "127.0.0.0/8,::1/128"
"""On one machine a webhook's owner is here too."""
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
    """running: it answers and can work; not ready: it answers, and waits for what it needs."""
    connector_url = f"http://127.0.0.1:{own_ports.port('connector')}"
    return [
        ("gateway", gateway_url(), _state(gateway(), f"{gateway_url()}/healthz")),
        ("connector", connector_url, _state(connector(), f"{connector_url}/ready")),
    ]


def remarks() -> list[str]:
    """What a state does not tell: that something ended by itself, and whether it comes again."""
    return [said for server in (gateway(), connector()) if (said := _remark(server, Restarts.of(server.folder)))]


def _state(server: Server, health: str) -> str:
    if not server.pid():
        return "stopped"
    status = probe.http_status(health)
    return {200: "running", None: "not answering"}.get(status, "not ready")


def _remark(server: Server, told: Restarts) -> str | None:
    if not told.ends:
        return None
    times = "once" if told.ends == 1 else f"{told.ends} times"
    ended = f"the {server.name} ended {times} by itself, last at {told.at} with exit code {told.exit_code}"
    if told.given_up:
        return f"{ended}, and was given up: mend what {server.log} says, then `docstream up`"
    return f"{ended}, and was started again; its log: {server.log}" if server.pid() else f"{ended}; `docstream up`"


def _start(server: Server, health: str, report: Report) -> None:
    """Raises ServiceError, with nothing left running, when it does not become ready."""

    def ready() -> bool:
        if Restarts.of(server.folder).ends >= before + ENDS_AT_START:
            raise ServiceError(
                f"the {server.name} ends again and again; the end of {server.log}:\n{server.last_lines()}"
            )
        return probe.http_status(health) == 200

    began = time.monotonic()
    if server.pid() and probe.http_status(health) == 200:
        return
    if not server.pid():
        Restarts.forget(server.folder)
    before = Restarts.of(server.folder).ends
    kept = replace(server, command=supervise.command(server.folder, server.command))
    try:
        with patiently(report, lambda: f"the {server.name}"):
            kept.start(ready, START_SECONDS)
    except ServiceError:
        server.stop(STOP_SECONDS)
        raise
    report(f"{server.name}: ready after {time.monotonic() - began:.1f} s")


def _stop(server: Server, report: Report) -> None:
    if server.pid():
        began = time.monotonic()
        server.stop(STOP_SECONDS)
        Restarts.forget(server.folder)
        report(f"{server.name}: stopped in {time.monotonic() - began:.1f} s")


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    own = {"PYTHONPATH": str(site.REPOSITORY), "PYTHONUNBUFFERED": "1", "WEBHOOK_ALLOWED_NETWORKS": LOOPBACK}
    model_server = {name: value for name, value in os.environ.items() if name.startswith("OLLAMA_")}
    return {**own, **model_server, **addresses}
