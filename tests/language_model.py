"""A language model for tests: a real small one, and servers that answer what a test tells them to."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from pipeline import circuit
from tests.answering import listening
from tests.model_server import CONTEXT_TOKENS, MODEL

Question = dict[str, Any]
Reply = tuple[int, Mapping[str, Any]]


@pytest.fixture(scope="session")
def model_server() -> Iterator[str]:
    """The address of a server with a real model."""
    command = [sys.executable, "-m", "tests.model_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, f"python -m tests.model_server ended with {process.wait()}"
            yield address
        finally:
            process.terminate()


@pytest.fixture
def real_model(model_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The product uses the real model, with all the time it needs on a busy machine."""
    monkeypatch.setenv("OLLAMA_HOST", model_server)
    monkeypatch.setenv("OLLAMA_MODEL", MODEL)
    monkeypatch.setenv("OLLAMA_CONTEXT_TOKENS", str(CONTEXT_TOKENS))
    monkeypatch.setenv("OLLAMA_SECONDS", "800")
    return model_server


def said(content: Any, **more: Any) -> Reply:
    """What Ollama answers when the model says this."""
    text = content if isinstance(content, str) else json.dumps(content)
    told = {"message": {"role": "assistant", "content": text}, "done": True, "done_reason": "stop"}
    return 200, told | {"prompt_eval_count": 100, "eval_count": 10} | more


@contextmanager
def scripted(answer: Callable[[Question], Reply]) -> Iterator[str]:
    """The address of a server that speaks Ollama's API and answers as the test says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, reply = answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            content = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what happened."""

    with listening(Handler) as address:
        yield address
    circuit.of.cache_clear()
