"""How a function's process is started: the same program, environment and secret files as in its image."""

import asyncio
import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from local.stackfile import FunctionSpec

INDEX = Path(__file__).resolve().parent.parent / "template" / "python3-starlette" / "index.py"
INHERITED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
LONGEST_SOCKET_PATH = 100
"""The kernel allows 107 bytes."""

_ordinals = count()


@dataclass(frozen=True, kw_only=True)
class Place:
    """root holds the handlers and pipeline/; home holds secrets, logs and sockets."""

    root: Path
    home: Path

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    def log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def new_socket(self, name: str) -> Path:
        """A path no process listens on; in the temporary folder where home lies too deep for a socket."""
        folder = self.home / "run"
        if len(str(folder)) + len(name) > LONGEST_SOCKET_PATH - 16:
            folder = Path(tempfile.gettempdir()) / f"docstream-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{name}-{os.getpid()}-{next(_ordinals)}.sock"
        path.unlink(missing_ok=True)
        return path

    def missing_secrets(self, spec: FunctionSpec) -> list[str]:
        return [name for name in spec.secrets if not (self.secrets / name).exists()]


async def launch(spec: FunctionSpec, place: Place, socket: Path) -> asyncio.subprocess.Process:
    """Start one process that listens on socket and dies with this one."""
    log = place.log(spec.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", sys.executable, str(INDEX)),
            *("--app", f"{spec.module}:app", "--uds", str(socket)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            cwd=place.root,
            env=environment(spec, place),
            start_new_session=True,
        )


def environment(spec: FunctionSpec, place: Place) -> dict[str, str]:
    """What stack.yml gives the function, and of this process only what an image has too."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **inherited,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": f"{place.root}{os.pathsep}{INDEX.parent.parent.parent}",
        **spec.environment,
        "secret_mount_path": str(mounted(place.home, spec.name, spec.secrets)),
    }


def mounted(home: Path, name: str, secrets: Sequence[str]) -> Path:
    """A folder that shows one process its own secrets and no other; a rotated secret counts at once."""
    folder = home / "run" / "secrets" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for link in folder.iterdir():
        if link.name not in secrets:
            link.unlink()
    for secret in secrets:
        link = folder / secret
        if not link.is_symlink():
            link.symlink_to(home / "secrets" / secret)
    return folder
