"""Where one clone keeps its services: folders, ports, and the account of its servers; remembered in services.json."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from local import ports
from local.credentials import write_private
from local.errors import ServiceError

Mode = Literal["native", "compose"]

REPOSITORY = Path(__file__).resolve().parent.parent
ACCOUNT = "docstream"
SHARED_DATA = Path("/var/lib/docstream")


@dataclass(frozen=True, kw_only=True)
class Site:
    """home holds secrets and services.json, data what servers write; account is None when servers run as the caller."""

    home: Path
    data: Path
    mode: Mode
    base_port: int
    account: str | None

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    def port(self, name: str) -> int:
        return self.base_port + ports.OFFSETS[name]

    def folder(self, service: str) -> Path:
        return self.data / service

    def environment(self) -> dict[str, str]:
        """What functions, connector and tests read; passwords are only in the files of secret_mount_path."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port("postgres")),
            "PGDATABASE": "docstream",
            "RABBITMQ_HOST": "127.0.0.1",
            "RABBITMQ_PORT": str(self.port("rabbitmq")),
            "RABBITMQ_VHOST": "docstream",
            "RABBITMQ_MANAGEMENT_URL": f"http://127.0.0.1:{self.port('rabbitmq-management')}",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.port('s3')}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "docstream",
            "S3_BUCKET": "docstream",
            "S3_ADDRESSING_STYLE": "path",
            "OPENSEARCH_URL": f"http://127.0.0.1:{self.port('opensearch')}",
            "OPENSEARCH_INDEX": "documents",
            "secret_mount_path": str(self.secrets),
        }


def home() -> Path:
    """DOCSTREAM_HOME, or .docstream in the repository."""
    return Path(os.environ.get("DOCSTREAM_HOME") or REPOSITORY / ".docstream").absolute()


def plan(folder: Path, mode: Mode) -> Site:
    """A new site in this folder: ports that are free now, and data where the servers' account can reach it.

    Raises ServiceError when no block of ports is free.
    """
    base = ports.choose(ports.is_free)
    if base is None:
        raise ServiceError(f"no free ports for the services between {ports.CANDIDATES[0]} and {ports.CANDIDATES[-1]}")
    account = ACCOUNT if mode == "native" and os.geteuid() == 0 else None
    data = folder
    if account and not _everyone_may_enter(folder):
        data = SHARED_DATA / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Site(home=folder, data=data, mode=mode, base_port=base, account=account)


def _everyone_may_enter(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def save(site: Site) -> None:
    remembered = {**asdict(site), "home": str(site.home), "data": str(site.data), "environment": site.environment()}
    write_private(site.home / "services.json", json.dumps(remembered, indent=2) + "\n")


def load(folder: Path) -> Site | None:
    """The remembered site of this folder; None before the first up, or when the folder was moved here."""
    try:
        remembered = json.loads((folder / "services.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if remembered["home"] != str(folder):
        return None
    return Site(
        home=folder,
        data=Path(remembered["data"]),
        mode=remembered["mode"],
        base_port=remembered["base_port"],
        account=remembered["account"],
    )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One up, down or clean at a time; a second one waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
