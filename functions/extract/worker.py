"""The child process: reads requests as lines of JSON from standard input and answers each with one line.

The answer is {"converted": ...}, {"code", "reason"} or {"bug": traceback}, with the resident bytes of this process. Its
argument is the process id of the parent.
"""

import contextlib
import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import Rejected

from .converted import Limits, pages_from_json, to_json
from .process import (
    die_with_parent,
    end_when_starved,
    give_back_memory,
    limit_memory,
    resident_bytes,
    settle_memory,
    starving,
)


def main() -> None:
    die_with_parent(int(sys.argv[1]))
    end_when_starved()
    answers = _own_output()
    logging.disable(logging.CRITICAL)
    from . import convert, converter  # slow: Docling

    converter.start()
    settle_memory()
    _send(answers, {"ready": True})
    for line in sys.stdin.buffer:
        _send(answers, _answer(json.loads(line), convert.convert))


def _own_output() -> BinaryIO:
    """Standard output as it was; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=False).encode(errors="replace") + b"\n")
    answers.flush()


def _answer(request: dict[str, Any], convert: Any) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    limit_memory(limits.memory_bytes)
    try:
        with _memory_as_rejection():
            converted = convert(
                Path(request["path"]),
                media_type=request["media_type"],
                limits=limits,
                spool=Path(request["spool"]),
                first=request["first"],
                last=request["last"],
                known=pages_from_json(request["known"]),
            )
        answer: dict[str, Any] = {"converted": to_json(converted)}
        del converted
    except Rejected as rejected:
        answer = {"code": rejected.code, "reason": rejected.reason}
    except Exception:
        answer = {"bug": traceback.format_exc()}
    give_back_memory()
    return {**answer, "resident": resident_bytes()}


@contextlib.contextmanager
def _memory_as_rejection() -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or starving(str(error)):
            raise Rejected("conversion-memory", "the document needs more memory than a conversion may use") from error
        raise


if __name__ == "__main__":
    main()
