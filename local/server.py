"""One server process that outlives the terminal and is found again by its pid file."""

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from local.errors import ServiceError

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
MARKER = "DOCSTREAM_SERVICE"
WRITE_PID_THEN_BECOME = 'echo $$ > "$0" && exec "$@"'
IN_THE_BACKGROUND = '/bin/sh -c "$0" "$@" &'
POLL_SECONDS = 0.05
HANGING_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Server:
    """pid file and log lie in folder; the environment is exactly what is given here, plus a path and a marker."""

    name: str
    folder: Path
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def pid(self) -> int | None:
        """The running process, or None; a stranger that got the same number is not mistaken for it."""
        try:
            pid = int(self.pid_file.read_text(encoding="ascii"))
            identity = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError, ValueError):
            return None
        return pid if str(self.folder).encode() in identity else None

    def launch(self) -> None:
        """Start in an own session; a process of ours that still runs is ended first."""
        self.kill()
        own_folder(self.folder, self.account)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        # A shell writes its own number and then becomes the server: no moment without a pid file. It is no child of
        # ours, so nobody has to wait for it.
        with self.log.open("wb") as log:
            subprocess.run(
                ["/bin/sh", "-c", IN_THE_BACKGROUND, WRITE_PID_THEN_BECOME, str(self.pid_file), *self.command],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=clean_environment(self.folder, self.environment),
                start_new_session=True,
                **as_account(self.account),
            )

    def start(self, ready: Callable[[], bool], within: float) -> None:
        """Return when it is ready; one that hangs is replaced once. Raises ServiceError with the end of its log."""
        if self.pid() is not None and self._becomes(ready, HANGING_SECONDS):
            return
        self.launch()
        if not self._becomes(ready, within):
            raise ServiceError(f"{self.name} did not start; the end of {self.log}:\n{self.last_lines()}")

    def stop(self, within: float = 20) -> None:
        """Ask it to end, and kill it after so many seconds."""
        pid = self.pid()
        if pid is not None:
            _signal(pid, self.stop_signal)
            if not _ends(pid, within):
                self.kill()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        pid = self.pid()
        if pid is not None:
            _signal(pid, signal.SIGKILL)
            _ends(pid, 10)

    def _becomes(self, ready: Callable[[], bool], within: float) -> bool:
        began = time.monotonic()
        while time.monotonic() < began + within:
            if ready():
                return True
            # The shell needs a moment to write the pid file.
            if self.pid() is None and time.monotonic() > began + 1:
                return False
            time.sleep(POLL_SECONDS)
        return False

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


class Credentials(TypedDict):
    """Arguments of subprocess; None leaves the caller's."""

    user: str | None
    group: str | None
    extra_groups: list[str] | None


def as_account(account: str | None) -> Credentials:
    """Make the child run as this account and in no other group, or as the caller."""
    return {"user": account, "group": account, "extra_groups": [] if account else None}


def clean_environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """No setting of the caller reaches a server by accident."""
    return {"PATH": SYSTEM_PATH, "LC_ALL": "C.UTF-8", "HOME": str(home), MARKER: str(home), **extra}


def own_folder(folder: Path, account: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if account:
        shutil.chown(folder, account, account)


def works_in(folder: Path) -> bool:
    """Whether any live process has this working folder, as every process of a PostgreSQL server has its cluster."""
    for process in Path("/proc").glob("[0-9]*"):
        # A zombie has no working folder; the processes of others are none of ours.
        with suppress(OSError):
            if (process / "cwd").readlink() == folder:
                return True
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _ends(pid: int, within: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], within)[0])
    finally:
        os.close(descriptor)
