"""What the command says when it cannot do what was asked: one line, a hint, an exit code.

CliError          1  something was refused or failed
├── Refused       1  the server answered with problem details
├── Misuse        2  the command line makes no sense
└── Unreachable   3  nobody answers at that address
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class CliError(Exception):
    """message is one line; hint says what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Misuse(CliError):
    exit_code = 2


class Unreachable(CliError):
    exit_code = 3


HINTS = {
    401: "the API key is read from --api-key-file, DOCSTREAM_API_KEY or .docstream/secrets/docstream-api-key",
    403: "use a key with that scope",
    404: "`docstream list` shows what there is",
    413: "the limit is a setting of the server, see docs/operations.md",
    429: "wait a moment and repeat",
    503: "a server behind the API is away; repeat in a moment, or look at `docstream status`",
}


class Refused(CliError):
    """Problem details (RFC 9457) of an answer, or what stands in for them when the answer has none."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code") or f"http-{status}")
        self.detail = str(problem.get("detail") or problem.get("title") or f"the server answered {status}")
        self.problem = dict(problem)
        super().__init__(f"{self.detail} ({self.code})", HINTS.get(status))
