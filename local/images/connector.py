"""The connector's image in place of its process; on this machine's own network, where the gateway listens."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from local.images.build import CONNECTOR
from local.images.isolation import HARDENED, LABEL, SECRETS, secret_mounts

OUTSIDE = {"PATH", "PYTHONPATH", "DOCKER_HOST", "DOCSTREAM_DOCKER", "DOCSTREAM_NETWORK"}
"""For the client of the engine, or for a process that is no container."""
MEMORY = "512m"


def command(environment: Mapping[str, str], home: Path, secrets: Sequence[str]) -> list[str]:
    """The client passes SIGTERM on, so the container drains as the process would."""
    inside = {**environment, "CONNECTOR_ADMIN_HOST": "127.0.0.1", "secret_mount_path": SECRETS}
    return [
        *(environment["DOCSTREAM_DOCKER"], "run", "--rm", "--network=host"),
        *("--label", f"{LABEL}={environment['DOCSTREAM_NETWORK']}", f"--memory={MEMORY}", *HARDENED),
        *(f"--env={name}={value}" for name, value in inside.items() if name not in OUTSIDE),
        *secret_mounts(home, "connector", secrets),
        CONNECTOR,
    ]
