"""What a process asks of the kernel for itself: to die with its parent, and how much memory it may have."""

import ctypes
import gc
import resource
import signal
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PAGE_BYTES = resource.getpagesize()


def die_with_parent() -> None:
    """SIGKILL this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit_memory(limit: int) -> None:
    """Bytes of address space this process may have from now on."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def settle_memory() -> None:
    """What lives now lives for good: later collections leave it alone."""
    gc.collect()
    gc.freeze()


def give_back_memory() -> None:
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
