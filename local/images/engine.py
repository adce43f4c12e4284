"""A Docker engine: the one that answers, or the distribution's, started here on a socket of its own."""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from local import packages, site
from local.errors import ServiceError

START_SECONDS = 60
STOP_SECONDS = 60


@dataclass(frozen=True)
class Docker:
    """The client's program, and where it finds the engine."""

    program: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def address(self) -> dict[str, str]:
        """What another client of the same engine needs in its environment."""
        return {name: self.environment[name] for name in ("DOCKER_HOST",) if name in self.environment}

    def run(self, *words: str, input: bytes | None = None) -> str:
        """What the client prints. Raises ServiceError with what it complains of."""
        done = subprocess.run(
            [self.program, *words], env=dict(self.environment), input=input, capture_output=True, check=False
        )
        if done.returncode:
            raise ServiceError(f"docker {' '.join(words[:2])} failed:\n{done.stderr.decode()[-3000:]}")
        return done.stdout.decode().strip()

    def succeeds(self, *words: str) -> bool:
        done = subprocess.run([self.program, *words], env=dict(self.environment), capture_output=True, check=False)
        return done.returncode == 0


@contextmanager
def docker() -> Iterator[Docker]:
    """An engine for the block; what was started here ends with it, its images stay. Raises ServiceError."""
    found = shutil.which("docker")
    if found and Docker(found).succeeds("info"):
        yield Docker(found)
        return
    if not Path("/usr/sbin/dockerd").exists():
        packages.install(["docker.io"], packages.how_to_become_root(["docker.io"]))
    home = site.home() / "docker"
    home.mkdir(parents=True, exist_ok=True)
    # The path of a socket has at most 107 bytes, so it cannot lie in any clone.
    run = Path(tempfile.gettempdir()) / f"docstream-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    private(run)
    # The distribution's own client: a newer one in the path may not speak the engine's language.
    ours = Docker("/usr/bin/docker", {**os.environ, "DOCKER_HOST": f"unix://{run / 'engine.sock'}"})
    process = _start(home, run)
    try:
        _await(ours, process, home)
        yield ours
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        for folder in (home, run):
            _unmount(folder)
        shutil.rmtree(run, ignore_errors=True)


def private(folder: Path) -> None:
    """Make it, or raise ServiceError where it is not ours alone: its name is easily guessed, and it leads to root."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) != 0o700:
        raise ServiceError(f"{folder} is not a folder of this user alone (mode 0700): remove it")


def _start(home: Path, run: Path) -> "subprocess.Popen[bytes]":
    command = [
        # It ends with this process, however that ends.
        *("setpriv", "--pdeathsig", "TERM", "/usr/sbin/dockerd"),
        *(f"--host=unix://{run / 'engine.sock'}", f"--exec-root={run}"),
        *(f"--data-root={home / 'data'}", f"--pidfile={home / 'pid'}"),
        # Any other one would copy every layer of every image in full, and fill the disk.
        "--storage-driver=overlay2",
        # No rules for packets: containers reach this machine, and nothing else.
        *("--iptables=false", "--ip-masq=false", "--bridge=none"),
        # An engine uses the machine's containerd where one runs, and would meet another engine's containers there.
        *("--containerd-namespace=docstream", "--containerd-plugins-namespace=docstream-plugins"),
    ]
    with (home / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def _unmount(folder: Path) -> None:
    """What an engine leaves mounted would keep its folder from being removed."""
    mounted = [Path(line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed([each for each in mounted if each.is_relative_to(folder)]):
        subprocess.run(["umount", str(point)], check=False)


def _await(engine: Docker, process: "subprocess.Popen[bytes]", home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not engine.succeeds("info"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceError(f"the Docker engine does not start: {(home / 'log').read_text()[-2000:]}")
        time.sleep(0.2)
