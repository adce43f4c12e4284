"""The parent's side of conversion: one warm child process, one document at a time, killed by the clock.

Nothing that could be executed crosses the border: requests and answers are JSON.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import Rejected
from pipeline.pages import Page

from .converted import Attachment, Converted, Limits, from_json, pages_to_json

__all__ = ["Attachment", "Converted", "Limits", "convert", "warm_up"]

START_SECONDS = 120.0
RESIDENT_BYTES = 1_200_000_000
DOCUMENTS = 500
_READ_BYTES = 1 << 20


class Died(Exception):
    """The child ended without an answer."""


class TimedOut(Exception):
    """The child did not answer before the deadline."""


@dataclass(kw_only=True)
class _Child:
    process: subprocess.Popen[bytes]
    documents: int = 0
    rest: bytes = b""

    def answer(self, deadline: float) -> dict[str, Any]:
        """The next line the child writes, as JSON. Raises TimedOut or Died."""
        assert self.process.stdout is not None
        parts = [self.rest]
        while b"\n" not in parts[-1]:
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimedOut
            part = os.read(self.process.stdout.fileno(), _READ_BYTES)
            if not part:
                raise Died
            parts.append(part)
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return dict(json.loads(line))

    def ask(self, request: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(request)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Died from error

    def kill(self) -> None:
        """End the child with everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class Keeper:
    """Keeps one child ready. Its thread lives as long as this process: the child dies with the thread that began it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-keeper")
        self._lock = threading.Lock()
        self._next: Future[_Child] | None = None

    def warm_up(self) -> None:
        """Begin a child in the background, unless there is one."""
        if self._next is None:
            self._next = self._thread.submit(_started)

    def converted(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The child's answer. Raises Rejected "conversion-timeout" or "conversion-memory"."""
        with self._lock:
            deadline: float | None = None
            for last_try in (False, True):
                self.warm_up()
                child = self._child()
                deadline = deadline or time.monotonic() + seconds
                try:
                    return self._asked(child, request, deadline)
                except TimedOut as error:
                    raise Rejected(
                        "conversion-timeout", f"the conversion took more than {seconds:g} seconds"
                    ) from error
                except Died as error:
                    # Once may be the kernel's or an operator's doing; the same document twice is its own.
                    if last_try:
                        raise Rejected("conversion-memory", "the converter died of this document twice") from error
        raise AssertionError("unreachable")

    def _child(self) -> _Child:
        assert self._next is not None
        try:
            return self._next.result()
        except BaseException:
            self._next = None
            raise

    def _asked(self, child: _Child, request: dict[str, Any], deadline: float) -> dict[str, Any]:
        healthy = False
        try:
            child.ask(json.dumps(request).encode() + b"\n")
            answer = child.answer(deadline)
            child.documents += 1
            small = answer.pop("resident") < RESIDENT_BYTES and child.documents < DOCUMENTS
            healthy = small and answer.get("code") != "conversion-memory"
            return answer
        finally:
            if not healthy:
                child.kill()
                self._next = None
                self.warm_up()


def _started() -> _Child:
    """A child that has built its converter."""
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )
    child = _Child(process=process)
    try:
        child.answer(time.monotonic() + START_SECONDS)
    except BaseException:
        child.kill()
        raise
    return child


@cache
def _keeper() -> Keeper:
    return Keeper()


def warm_up() -> None:
    """Begin the child in the background, so that the first document does not wait for it."""
    _keeper().warm_up()


def convert(
    path: Path,
    *,
    media_type: str,
    filename: str,
    limits: Limits,
    first: int = 1,
    last: int | None = None,
    known: Iterable[Page] = (),
    spool: Path | None = None,
) -> Converted:
    """Convert the pages first to last of a document; of formats without pages, all of it.

    known are pages whose rows OCR has read before. Attachments are written to the folder spool, by default the one of
    path. Raises Rejected: encrypted, corrupt, empty-file, unsupported-type, converter-missing, too-many-pages,
    page-too-large, image-too-large, archive-too-large, conversion-timeout, conversion-memory.
    """
    request = {
        "path": str(path.resolve()),
        "media_type": media_type,
        "limits": asdict(limits),
        "first": first,
        "last": last,
        "known": pages_to_json(known),
        "spool": str((spool or path.parent).resolve()),
    }
    answer = _keeper().converted(request, limits.seconds)
    if "code" in answer:
        raise Rejected(answer["code"], answer["reason"])
    return from_json(answer["converted"])
