"""Log files of functions, kept below a size."""

import asyncio
import shutil
from pathlib import Path

LARGEST_BYTES = 10_000_000
EVERY_SECONDS = 10.0


async def keep_bounded(folder: Path) -> None:
    """Until cancelled: each log that grew too large becomes <name>.log.1 and starts anew."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        for log in folder.glob("*.log"):
            bound(log)


def bound(log: Path, largest: int = LARGEST_BYTES) -> None:
    """The writers append and keep the file open, so it is copied and emptied, not moved."""
    if log.stat().st_size > largest:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate()


def tail(log: Path, lines: int, largest: int = 1_000_000) -> list[str]:
    """The last lines of a log; empty when there is none."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - largest, 0))
        return file.read().decode(errors="replace").splitlines()[-lines:]
