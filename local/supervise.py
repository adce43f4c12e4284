"""Keeps one process running: python -m local.supervise FOLDER COMMAND...

A process that ends is started again, after a pause that doubles while it keeps ending at once; after MOST_IN_A_ROW such
ends it is given up. FOLDER/restarts.json tells how often and why, for who asks.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A process that lived so long did not fail at its start: the pauses begin anew."""
MOST_IN_A_ROW = 10
"""Some two minutes."""


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """How often it ended, how often at once, and the last time; exit codes as of subprocess."""

    ends: int = 0
    in_a_row: int = 0
    exit_code: int | None = None
    at: str | None = None

    @classmethod
    def of(cls, folder: Path) -> Self:
        try:
            return cls(**json.loads(_file(folder).read_text(encoding="ascii")))
        except FileNotFoundError:
            return cls()

    @staticmethod
    def forget(folder: Path) -> None:
        _file(folder).unlink(missing_ok=True)

    @property
    def given_up(self) -> bool:
        return self.in_a_row >= MOST_IN_A_ROW

    def after(self, exit_code: int, lived: float) -> "Restarts":
        return Restarts(
            ends=self.ends + 1,
            in_a_row=1 if lived > STEADY_SECONDS else self.in_a_row + 1,
            exit_code=exit_code,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def pause(self) -> float:
        """Seconds until the next start."""
        return min(FIRST_PAUSE_SECONDS * 2.0 ** (self.in_a_row - 1), LONGEST_PAUSE_SECONDS)

    def write(self, folder: Path) -> None:
        written = _file(folder).with_suffix(".new")
        written.write_text(json.dumps(asdict(self)) + "\n", encoding="ascii")
        written.replace(_file(folder))


def _file(folder: Path) -> Path:
    return folder / "restarts.json"


def command(folder: Path, of: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "local.supervise", str(folder), *of]


async def keep_running(folder: Path, wanted: Sequence[str]) -> int:
    """Until SIGTERM, which is passed on and waited for, or until it is given up; returns the last exit code."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    stopping = asyncio.create_task(asked.wait())
    restarts = Restarts()
    restarts.write(folder)
    while True:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec("setpriv", "--pdeathsig", "KILL", *wanted)
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set():
            if not ended.done():
                process.terminate()
            return await ended
        restarts = restarts.after(await ended, time.monotonic() - began)
        restarts.write(folder)
        print(f"supervise: it ended with exit code {restarts.exit_code}, {restarts.in_a_row} in a row", flush=True)
        if restarts.given_up:
            return 1
        await asyncio.wait({stopping}, timeout=restarts.pause())
        if asked.is_set():
            return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(keep_running(Path(sys.argv[1]), sys.argv[2:])))
