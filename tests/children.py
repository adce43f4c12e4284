"""The child processes of a process."""

from pathlib import Path


def workers(parent: int, module: str) -> list[int]:
    """The ids of those that run this module."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    pids = [int(pid) for task in tasks for pid in task.read_text().split()]
    return [pid for pid in pids if module in command(pid)]


def command(pid: int) -> list[str]:
    """The command line of a process, nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
