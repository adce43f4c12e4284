"""What every container of ours is run with, and what it may read."""

from collections.abc import Sequence
from pathlib import Path

from local.launch import mounted

LABEL = "docstream.network"
"""Marks the containers that end with a network, on whichever network they are."""
HARDENED = ("--cap-drop=ALL", "--security-opt=no-new-privileges", "--read-only", "--tmpfs=/tmp")
SECRETS = "/var/openfaas/secrets"


def secret_mounts(home: Path, name: str, secrets: Sequence[str]) -> list[str]:
    """Links to what may be rotated: the folder they point into is mounted too. Readable for the image's own user,
    as OpenFaaS mounts them; on this machine the folder above keeps others out.
    """
    folder, kept = mounted(home, name, secrets), home / "secrets"
    for readable in (folder, kept):
        readable.chmod(0o755)
    for secret in secrets:
        (kept / secret).chmod(0o644)
    return [f"--volume={folder}:{SECRETS}:ro", f"--volume={kept}:{kept}:ro"]
