"""All of Docstream on this machine: services, the gateway with its functions, the connector; in the background."""

import time
from concurrent.futures import Future, ThreadPoolExecutor

from local import administrator, background, first_key, services, site
from local.errors import ServiceError
from local.progress import Report, patiently

FUNCTIONS_SECONDS = 30
POLL_SECONDS = 0.02


def up(report: Report) -> None:
    """Start what does not run yet and return when documents can be uploaded. Raises ServiceError."""
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(services.up, report)
        # Importing a function opens nothing, so functions start while the services do.
        expected = _addresses(serving)
        background.start_gateway(expected, report)
        serving.result()
    addresses = services.environment()
    if addresses != expected:
        background.stop_gateway(report)
        background.start_gateway(addresses, report)
    if not background.connector(addresses).pid():
        first_key.ensure(background.owner_environment(addresses))
        background.start_connector(addresses, report)
    _wait_for_functions(report)


def down(report: Report) -> None:
    """Stop everything, consumers first; data stays."""
    background.stop_connector(report)
    background.stop_gateway(report)
    services.down(report)


def status() -> list[tuple[str, str, str]]:
    """Name, address and state of services, gateway, connector and functions; empty before the first up."""
    services_here = services.status()
    if not services_here:
        return []
    return [*services_here, *background.states(), *administrator.states(background.gateway_url())]


def remarks() -> list[str]:
    """What a person should know beside the states: what ended by itself, and what nothing works without."""
    stopped = [name for name, _, state in background.states() if state == "stopped"]
    consequences = {
        "gateway": "without the gateway nobody can call: `docstream up`",
        "connector": "without the connector documents are accepted and wait: `docstream up`",
    }
    return [*background.remarks(), *(consequences[name] for name in stopped)]


def gateway_url() -> str:
    return background.gateway_url()


def api_key() -> str:
    """The first API key of this machine. Raises ServiceError before the first up."""
    try:
        return (site.home() / "secrets" / "docstream-api-key").read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise ServiceError("there is no API key yet: run make up") from error


def _addresses(serving: Future[None]) -> dict[str, str]:
    """Where the services are or will be; they decide that first. Raises what made them fail before."""
    while True:
        try:
            return services.environment()
        except ServiceError:
            if serving.done():
                serving.result()
                raise
        time.sleep(POLL_SECONDS)


def _wait_for_functions(report: Report) -> None:
    with patiently(report, lambda: "the functions"):
        missing = administrator.not_ready(background.gateway_url(), FUNCTIONS_SECONDS)
    if missing:
        logs = ", ".join(str(site.home() / "logs" / f"{name}.log") for name in missing)
        raise ServiceError(f"these functions did not start: {', '.join(missing)}; see {logs}")
    report(f"functions: ready at {background.gateway_url()}")
