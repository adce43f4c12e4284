"""The child processes of a process."""

from pathlib import Path


def workers(parent: int, module: str) -> list[int]:
    """The ids of those that run this module."""
    pids = [int(pid) for task in Path(f"/proc/{parent}/task").glob("*/children") for pid in _text(task).split()]
    return [pid for pid in pids if module in command(pid)]


def command(pid: int) -> list[str]:
    """The command line of a process, nothing of one that has ended."""
    return _text(Path(f"/proc/{pid}/cmdline")).split("\0")


def _text(path: Path) -> str:
    """Empty where the process or its thread has ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
