"""The mount point of the node's files. Java insists on finding it, and a bare chroot does not show it."""

import os
from collections.abc import Sequence
from pathlib import Path

from local.errors import ServiceError

MOUNTS = Path("/proc/self/mounts")

WITH_OWN_ROOT = """\
mount -t tmpfs tmpfs "$0" && mount --make-private "$0" && mkdir "$0/root" && mount --rbind / "$0/root" || exit
account=$1
shift
exec chroot --userspec="$account" "$0/root" "$@"
"""
"""In a mount name space of its own; what is mounted below a private tmpfs appears nowhere else."""


def is_hidden(folder: Path) -> bool:
    """Whether the mount that holds folder is missing where Java looks for it."""
    mount = next(path for path in (folder, *folder.parents) if path.is_mount())
    return str(mount) not in points(MOUNTS.read_text(encoding="utf-8"))


def points(mounts: str) -> list[str]:
    """The folders on which something is mounted, from the text of /proc/self/mounts."""
    return [line.split()[1].replace("\\040", " ") for line in mounts.splitlines()]


def shown(command: Sequence[str], empty: Path, account: str) -> list[str]:
    """The command, run under this account below a root folder that is a mount point; only root can run it."""
    name_space = ["unshare", "--mount", "--propagation", "unchanged", "/bin/sh", "-c", WITH_OWN_ROOT]
    return [*name_space, str(empty), f"{account}:{account}", *command]


def check(folder: Path) -> None:
    """Raises ServiceError when folder's mount point is hidden and nothing can be done about it."""
    if is_hidden(folder) and os.geteuid() != 0:
        raise ServiceError(
            "OpenSearch cannot start in a chroot whose root folder is no mount point; "
            "before entering it, run as root: mount --bind FOLDER FOLDER"
        )
