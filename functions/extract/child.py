"""The parent's side of conversion: one warm child process, one document at a time, killed by the clock.

Nothing that could be executed crosses the border: requests and answers are JSON.
"""

import atexit
import json
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import Rejected, Unavailable
from pipeline.pages import Page

from . import models
from .converted import Attachment, Converted, Limits, from_json, pages_to_json
from .running import Child, Died, TimedOut, started

__all__ = ["Attachment", "Converted", "Limits", "convert", "warm_up"]

RESIDENT_BYTES = 1_200_000_000
DOCUMENTS = 500


class ConversionBroken(Exception):
    """A bug of ours or of Docling; carries the traceback of the child."""


class Keeper:
    """Keeps one child ready. Its thread lives as long as this process: the child dies with the thread that began it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-keeper")
        self._lock = threading.Lock()
        self._next: Future[Child] | None = None
        atexit.register(self._close)

    def warm_up(self) -> None:
        """Begin a child in the background, unless there is one."""
        if self._next is None:
            self._next = self._thread.submit(started)

    def converted(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The child's answer. Raises Rejected "conversion-timeout" or "conversion-memory", or Unavailable."""
        if not self._lock.acquire(timeout=seconds):
            raise Unavailable("the converter is at work on another document")
        try:
            first = self._child()
            deadline = time.monotonic() + seconds
            try:
                return self._asked(first, request, deadline)
            except Died as death:
                if death.starved:
                    raise
                # Once may be the kernel's or an operator's doing; the same document twice is its own.
                return self._asked(self._child(), request, deadline)
        except Died as error:
            raise Rejected("conversion-memory", "the document needs more memory than a conversion may use") from error
        except TimedOut as error:
            raise Rejected("conversion-timeout", f"the conversion took more than {seconds:g} seconds") from error
        finally:
            self._lock.release()

    def _close(self) -> None:
        if self._next is not None and self._next.done() and self._next.exception() is None:
            self._next.result().kill()

    def _child(self) -> Child:
        self.warm_up()
        assert self._next is not None
        try:
            return self._next.result()
        except (Died, TimedOut, OSError) as error:
            self._next = None
            raise Unavailable("the converter does not start") from error

    def _asked(self, child: Child, request: dict[str, Any], deadline: float) -> dict[str, Any]:
        healthy = False
        try:
            child.ask(json.dumps(request).encode() + b"\n")
            answer = child.answer(deadline)
            child.documents += 1
            small = answer.pop("resident") < most_resident() and child.documents < DOCUMENTS
            healthy = small and answer.get("code") != "conversion-memory" and "bug" not in answer
            return answer
        finally:
            if not healthy:
                child.kill()
                self._next = None
                self.warm_up()


def most_resident() -> int:
    """Of a child that may go on; Docling's own models take more than that to begin with."""
    return RESIDENT_BYTES if models.folder() is None else models.RESIDENT_BYTES


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
    page-too-large, image-too-large, archive-too-large, conversion-timeout, conversion-memory; or Unavailable, or
    MissingSetting where Docling's models are wanted and missing.
    """
    models.check()
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
    if "bug" in answer:
        raise ConversionBroken(answer["bug"])
    if "code" in answer:
        raise Rejected(answer["code"], answer["reason"])
    return from_json(answer["converted"])
