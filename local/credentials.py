"""Generated secrets, one per file, as OpenFaaS mounts them; nothing here has a default value."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def password() -> str:
    return secrets.token_urlsafe(24)


def _api_key() -> str:
    return "dsk_" + secrets.token_urlsafe(24)


GENERATORS: dict[str, Callable[[], str]] = {
    "docstream-db": password,
    "docstream-db-read": password,
    "docstream-db-erase": password,
    "docstream-db-owner": password,
    "docstream-broker": password,
    "docstream-broker-connector": password,
    "docstream-broker-ops": password,
    "docstream-s3": password,
    "docstream-search": password,
    "docstream-events-key": lambda: secrets.token_hex(32),
    "docstream-session-key": lambda: secrets.token_hex(32),
    "docstream-basic-auth-password": password,
    "docstream-api-key": _api_key,
}
"""The search node of one machine asks for no password: docstream-search is there because functions name it."""


def generate(folder: Path, names: dict[str, Callable[[], str]] = GENERATORS) -> None:
    """Write every secret that does not exist yet; folder 0700, files 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, make in names.items():
        path = folder / name
        if not path.exists():
            write_private(path, make())


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="ascii").strip()


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file as a whole; it never exists with wider permissions than mode or with half its text."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.rename(path)
