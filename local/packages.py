"""Distribution packages: which are missing, and how they are installed on Debian and Ubuntu."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from local.errors import ServiceError

INSTALL = """\
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d/docstream.conf
cleanup() { rm -f $own_policy "$clusters"; }
trap cleanup EXIT
if [ ! -e $policy ]; then
  own_policy=$policy
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
mkdir -p "${clusters%/*}"
echo 'create_main_cluster = false' > "$clusters"
apt="apt-get -qq -o DPkg::Lock::Timeout=300"
install="$apt install --yes --no-install-recommends $*"
$install || { $apt update && $install; }
if [ -d /run/systemd/system ]; then
  for unit in rabbitmq-server postgresql; do
    case " $* " in *" $unit "*) systemctl --quiet disable $unit.service ;; esac
  done
fi
"""
"""The distribution's own servers are neither started nor started at the next boot: only their programs are wanted."""


def install(packages: Sequence[str], as_root: Sequence[str]) -> None:
    """as_root is what how_to_become_root said. Raises ServiceError with what apt said."""
    done = subprocess.run(
        [*as_root, "/bin/sh", "-c", INSTALL, "install", *packages],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServiceError(f"apt-get could not install {' '.join(packages)}:\n{done.stderr.strip()[-2000:]}")


def how_to_become_root(packages: Sequence[str]) -> list[str]:
    """The words before a command: none as root, sudo when it asks for no password.

    Raises ServiceError with the one command to run when neither is possible.
    """
    command = f"sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise ServiceError(f"these programs are missing, and this is neither Debian nor Ubuntu: {' '.join(packages)}")
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    raise ServiceError(f"some distribution packages are missing; run this and try again: {command}")


def first_known(names: Sequence[str], otherwise: str) -> str:
    """The first of these packages that this release offers; the other one when it offers none, or no list is here."""
    for name in names:
        with suppress(FileNotFoundError):
            if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
                return name
    return otherwise


def ensure_account(name: str) -> None:
    """The account of servers that refuse to run as root; only root makes one."""
    known = subprocess.run(["id", name], capture_output=True, check=False).returncode == 0
    if not known:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent"]
        subprocess.run(["useradd", *options, "--shell=/usr/sbin/nologin", name], check=True)
