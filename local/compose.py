"""The same services as containers: docker-compose.yml with the ports, passwords and settings of this clone."""

import hashlib
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from local import credentials, postgres, rabbitmq, s3
from local.errors import ServiceError
from local.native import services
from local.progress import Report
from local.site import REPOSITORY, Site

FILE = REPOSITORY / "docker-compose.yml"
CONTAINER_DEFINITIONS = Path("/etc/rabbitmq/definitions.json")
DOCKER_SECONDS = 2


def available() -> bool:
    """Whether a Docker engine answers and its client knows compose: a client alone is not enough."""
    return all(_succeeds(["docker", *words]) for words in (["info"], ["compose", "version"]))


def up(site: Site, report: Report) -> None:
    """Raises ServiceError."""
    if _answer(site):
        report("services are running")
        return
    _write_files(site)
    began = time.monotonic()
    report("containers: starting (the first time, images are downloaded)")
    _compose(site, "up", "--detach", "--wait")
    _create_roles(site)
    postgres.create_database(site)
    if not s3.create_bucket(site) or not _answer(site):
        raise ServiceError(f"containers run but do not all answer: docker compose --file={FILE} logs")
    report(f"containers: ready after {time.monotonic() - began:.1f} s")


def down(site: Site, report: Report) -> None:
    if (_folder(site) / "environment").exists():
        _compose(site, "down")
    report("containers: stopped")


def clean(site: Site, report: Report) -> None:
    """Also the volumes."""
    if (_folder(site) / "environment").exists():
        _compose(site, "down", "--volumes")
    report("containers and volumes: removed")


def status(site: Site) -> list[tuple[str, str, str]]:
    """Name, address, and running or not answering."""
    return [
        (service.name, service.address, "running" if service.answers() else "not answering")
        for service in services(site)
    ]


def anything_runs(site: Site) -> bool:
    return any(service.answers() for service in services(site))


def settings(site: Site) -> dict[str, str]:
    """What docker-compose.yml asks for. The project name keeps two clones on one machine apart."""
    return {
        "COMPOSE_PROJECT_NAME": "docstream-" + hashlib.sha256(str(site.home).encode()).hexdigest()[:8],
        "DOCSTREAM_COMPOSE": str(_folder(site)),
        "DOCSTREAM_SECRETS": str(site.secrets),
        "RABBITMQ_PORT": str(site.port("rabbitmq")),
        "RABBITMQ_MANAGEMENT_PORT": str(site.port("rabbitmq-management")),
        "POSTGRES_PORT": str(site.port("postgres")),
        "S3_PORT": str(site.port("s3")),
        "OPENSEARCH_PORT": str(site.port("opensearch")),
        "OLLAMA_PORT": str(site.port("ollama")),
    }


def _answer(site: Site) -> bool:
    return all(service.answers() for service in services(site))


def _create_roles(site: Site) -> None:
    superuser = postgres.connect(site, "postgres", user="postgres", password=_folder(site) / "postgres-password")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("\n".join(postgres.role_statements(site.secrets)))
    superuser.close()


def _folder(site: Site) -> Path:
    return site.home / "compose"


def _write_files(site: Site) -> None:
    folder = _folder(site)
    credentials.generate(folder, {"postgres-password": credentials.password})
    lines = (f"{name}='{value}'\n" for name, value in settings(site).items())
    credentials.write_private(folder / "environment", "".join(lines))
    # The broker's own account reads these two inside its container; they hold salted hashes, no password.
    definitions = rabbitmq.definitions(site.secrets)
    credentials.write_private(folder / "definitions.json", definitions, 0o644)
    configuration = rabbitmq.limits(CONTAINER_DEFINITIONS)
    credentials.write_private(folder / "rabbitmq.conf", configuration, 0o644)


def _compose(site: Site, *arguments: str) -> None:
    command = ["docker", "compose", f"--file={FILE}", f"--env-file={_folder(site) / 'environment'}", *arguments]
    # Docker shows its own progress, and its own errors.
    if subprocess.run(command, check=False).returncode:
        raise ServiceError(f"docker compose {arguments[0]} failed; Docker says why above")


def _succeeds(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=DOCKER_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
