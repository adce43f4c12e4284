"""A sign of life while something takes long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str], None]

EVERY_SECONDS = 10.0


@contextmanager
def patiently(report: Report, waiting_for: Callable[[], str], every: float = EVERY_SECONDS) -> Iterator[None]:
    """While the block runs, say what it waits for, and for how long already."""
    began = time.monotonic()
    done = threading.Event()

    def tick() -> None:
        while not done.wait(every):
            report(f"  … {time.monotonic() - began:.0f} s, waiting for {waiting_for()}")

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield
    finally:
        done.set()
        ticking.join()
