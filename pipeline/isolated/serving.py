"""The child's side: reads requests as lines of JSON from standard input and answers each with one line.

The answer is {"answer": ...}, {"code", "reason"} or {"bug": traceback}, with the resident bytes of this process. The
argument of the process is the process id of its parent.
"""

import contextlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from pipeline.errors import Rejected

from .process import (
    die_with_parent,
    end_when_starved,
    give_back_memory,
    limit_memory,
    resident_bytes,
    settle_memory,
    starving,
    too_hungry,
)

Json = dict[str, Any]


def serve(start: Callable[[], Callable[[Json], Json]]) -> None:
    """Answer until standard input ends. start loads what is slow to load, and gives what answers a request."""
    die_with_parent(int(sys.argv[1]))
    end_when_starved()
    answers = _own_output()
    logging.disable(logging.CRITICAL)
    work = start()
    settle_memory()
    _send(answers, {"ready": True})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        limit_memory(asked["memory_bytes"])
        said = _said(work, asked["request"])
        # What is given back costs the next document as much as it cost this one: models ask for the same again.
        if resident_bytes() > asked["most_resident"]:
            give_back_memory()
        _send(answers, {**said, "resident": resident_bytes()})


def _own_output() -> BinaryIO:
    """Standard output as it was; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _send(answers: BinaryIO, said: Json) -> None:
    answers.write(json.dumps(said, ensure_ascii=False).encode(errors="replace") + b"\n")
    answers.flush()


def _said(work: Callable[[Json], Json], request: Json) -> Json:
    try:
        with _memory_as_rejection():
            return {"answer": work(request)}
    except Rejected as rejected:
        return {"code": rejected.code, "reason": rejected.reason}
    except Exception:
        return {"bug": traceback.format_exc()}


@contextlib.contextmanager
def _memory_as_rejection() -> Iterator[None]:
    try:
        yield
    except Rejected:
        raise
    except Exception as error:
        if isinstance(error, MemoryError) or starving(str(error)):
            raise too_hungry() from error
        raise
