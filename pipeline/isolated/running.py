"""One running child process: started, asked, answering before a deadline, killed with everything it started."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import settings

from .process import OUT_OF_MEMORY

START_SECONDS = 120.0
ANSWER_BYTES = 512 * 1024**2
"""Of one answer at most: far more than a child makes of a document within its memory."""
_READ_BYTES = 1 << 20


class Died(Exception):
    """The child ended without an answer, or found no end; starved says that it ended itself for want of memory."""

    def __init__(self, *, starved: bool) -> None:
        super().__init__(starved)
        self.starved = starved


class TimedOut(Exception):
    """The child did not answer before the deadline."""


@dataclass(kw_only=True)
class Child:
    process: subprocess.Popen[bytes]
    documents: int = 0
    rest: bytes = b""

    def answer(self, deadline: float) -> dict[str, Any]:
        """The next line the child writes, as JSON. Raises TimedOut or Died."""
        assert self.process.stdout is not None
        parts, size = [self.rest], 0
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimedOut
            part = os.read(self.process.stdout.fileno(), _READ_BYTES)
            if not part:
                raise Died(starved=self.process.wait() == OUT_OF_MEMORY)
            parts.append(part)
            size += len(part)
            if size > ANSWER_BYTES:
                raise Died(starved=False)
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return dict(json.loads(line))

    def ask(self, request: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Died(starved=False) from error

    def kill(self) -> None:
        """End the child with everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def started(worker: str) -> Child:
    """A child that runs this module and is ready for its first document."""
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-m", worker, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=settings.environment_of({"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}),
    )
    child = Child(process=process)
    try:
        child.answer(time.monotonic() + START_SECONDS)
    except BaseException:
        child.kill()
        raise
    return child
