"""What a process asks of the kernel for itself: to die with its parent, and how much memory it may have."""

import ctypes
import gc
import os
import resource
import signal
import sys
import threading
from pathlib import Path

from pipeline.errors import Rejected

_PR_SET_PDEATHSIG = 1
_PAGE_BYTES = resource.getpagesize()


def die_with_parent(parent: int) -> None:
    """SIGKILL this process when the thread that started it ends; parent is the process of that thread."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(0)


MEMORY = "conversion-memory"


def too_hungry() -> Rejected:
    return Rejected(MEMORY, "the document needs more memory than a conversion may use")


OUT_OF_MEMORY = 75
"""The exit status of a process that ended itself because a thread found no memory."""


def end_when_starved() -> None:
    """End this process when a thread dies for want of memory: whoever waits for that thread would wait for good."""

    def starved(error: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
        if error.exc_type is not None and issubclass(error.exc_type, MemoryError):
            os._exit(OUT_OF_MEMORY)

    threading.excepthook = starved
    sys.unraisablehook = starved


_STARVING = (
    "bad_alloc",
    "MemoryError",
    "Unable to allocate",
    "Cannot allocate",
    "Resource temporarily unavailable",
    "can't start new thread",
)


def starving(message: str) -> bool:
    """Does the message of an error speak of memory? A thread that cannot begin lacks it too."""
    return any(sign in message for sign in _STARVING)


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
