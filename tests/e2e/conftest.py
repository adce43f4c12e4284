"""What the tests of the whole product name."""

import sys
from collections.abc import Callable

import pytest

from cli.__main__ import main
from tests.stack import Json as Json
from tests.stack import Stack as Stack
from tests.stack import copied_secrets as copied_secrets


@pytest.fixture
def docstream(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The command; returns its exit code and what it printed."""
    monkeypatch.setenv("DOCSTREAM_URL", stack.url)
    monkeypatch.setenv("DOCSTREAM_API_KEY", stack.key)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["docstream", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out + shown.err

    return run
