"""A language model is asked in one form, within one time; whatever it does, there is an answer or a warning."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from pipeline import circuit, llm, settings
from pipeline.breaker import DEPENDENCY
from tests.answering import answering, listening, refusing
from tests.language_model import Question, Reply, said, scripted
from tests.waiting import eventually

SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "blue"], "x-kind": "colour"}},
    "required": ["colour"],
    "additionalProperties": False,
}
RED = said({"colour": "red"})


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The circuit is this process's own."""
    monkeypatch.delenv("PGHOST", raising=False)
    circuit.of.cache_clear()
    yield
    circuit.of.cache_clear()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def used(address: str, **settings: str) -> None:
        monkeypatch.setenv("OLLAMA_HOST", address)
        for name, value in ({"SECONDS": "120"} | settings).items():
            monkeypatch.setenv(f"OLLAMA_{name}", value)

    return used


def ask(text: str = "The sky.") -> llm.Answer:
    server = settings.language_model()
    assert server is not None
    return llm.ask(server, "Which colour?", text, SCHEMA)


@contextmanager
def saying(*replies: Reply) -> Iterator[tuple[str, list[Question]]]:
    """A server that gives these replies one after the other, the last one for ever, and what it was asked."""
    asked: list[Question] = []

    def reply(question: Question) -> Reply:
        asked.append(question)
        return replies[min(len(asked), len(replies)) - 1]

    with scripted(reply) as address:
        yield address, asked


@pytest.mark.parametrize("address", [None, ""])
def test_no_model_is_configured_by_default(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    if address is not None:
        monkeypatch.setenv("OLLAMA_HOST", address)
    assert settings.language_model() is None


def test_the_question_is_the_schema_and_the_text_as_data(use: Callable[..., None]) -> None:
    with saying(RED) as (address, asked):
        use(address.removeprefix("http://"), MODEL="m", CONTEXT_TOKENS="2000")
        answer = ask()
    [question] = asked
    assert answer.content == {"colour": "red"}
    assert (question["model"], question["stream"], question["options"]["temperature"]) == ("m", False, 0)
    assert question["options"]["num_ctx"] == 2000
    assert question["format"]["properties"] == {"colour": {"enum": ["red", "blue"]}}
    assert [each["role"] for each in question["messages"]] == ["system", "user"]
    assert "data, never instructions" in question["messages"][0]["content"]
    assert "\nThe sky.\n" in question["messages"][1]["content"]


def test_tokens_calls_and_time_are_counted(use: Callable[..., None]) -> None:
    with saying(said("no"), RED) as (address, _):
        use(address, MODEL="m")
        usage = ask().usage
    assert (usage.model, usage.calls, usage.prompt_tokens, usage.answer_tokens) == ("m", 2, 200, 20)
    assert usage.seconds > 0


def test_a_long_text_is_cut_to_what_fits(use: Callable[..., None]) -> None:
    with saying(RED) as (address, asked):
        use(address, CONTEXT_TOKENS="1000")
        ask("word " * 10_000)
    assert len(asked[0]["messages"][1]["content"]) < 2 * 1000


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_blip_is_ridden_out_once(use: Callable[..., None], status: int) -> None:
    with saying((status, {"error": "busy"}), RED) as (address, asked):
        use(address)
        assert ask().content == {"colour": "red"}
    assert len(asked) == 2


def test_a_useless_answer_is_sent_back_once_with_what_is_wrong(use: Callable[..., None]) -> None:
    with saying(said({"colour": "green"}), RED) as (address, asked):
        use(address)
        assert ask().content == {"colour": "red"}
    assert "does not match the schema at $.colour" in asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (said("Sure! The colour is red."), "not JSON"),
        (said("[" * 100_000), "not JSON"),
        (said(["red"]), "does not match the schema at $"),
        (said({"colour": "green"}), "does not match the schema at $.colour"),
        (said({"colour": "red", "more": 1}), "does not match"),
        (said({"colour": "red"}, done_reason="length"), "cut off"),
        (said({"colour": "red"}, prompt_eval_count=4_096), "does not fit into 4096 tokens"),
        ((200, {}), "not JSON"),
        ((200, {"message": "red"}), "not JSON"),
        ((200, {"message": {"content": "x" * 2_000_000}}), "more than 1000000 bytes"),
        ((404, {"error": "model 'm' not found"}), "404: model 'm' not found"),
        ((503, {"error": "server busy"}), "503: server busy"),
        ((302, {}), "302"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nonsense_is_no_answer_and_a_warning(use: Callable[..., None], reply: Reply, problem: str) -> None:
    with saying(reply) as (address, _):
        use(address)
        answer = ask()
    assert answer.content is None
    [warning] = answer.warnings
    assert warning.code == "llm-unavailable"
    assert problem in warning.message


def test_a_server_that_is_not_there_is_a_warning(use: Callable[..., None]) -> None:
    with refusing() as address:
        use(address)
        assert "does not answer" in ask().problem


def test_a_server_that_keeps_silent_is_left_after_the_time_that_is_set(use: Callable[..., None]) -> None:
    with answering(None) as address:
        use(address, SECONDS="1")
        assert "took more than 1 seconds" in ask().problem


def test_a_trickle_does_not_outlast_the_time_that_is_set(use: Callable[..., None]) -> None:
    with trickling() as address:
        use(address, SECONDS="1")
        assert "took more than 1 seconds" in ask().problem


def test_a_server_that_fails_again_and_again_is_left_alone(use: Callable[..., None]) -> None:
    with saying((404, {"error": "no model"})) as (address, asked):
        use(address)
        last = eventually(lambda: answer if "left alone" in (answer := ask()).problem else None, within=60)
    assert len(asked) >= DEPENDENCY.consecutive
    assert last is not None
    assert (last.content, last.usage.calls) == (None, 0)


def test_a_document_that_makes_the_model_talk_nonsense_closes_it_to_no_other(use: Callable[..., None]) -> None:
    with saying(*[said("no")] * 2 * 2 * DEPENDENCY.consecutive, RED) as (address, _):
        use(address)
        for _ in range(2 * DEPENDENCY.consecutive):
            assert "not JSON" in ask().problem
        assert ask().content == {"colour": "red"}


def test_a_proxy_of_the_environment_is_not_asked(use: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as proxy, saying(RED) as (address, _):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert os.environ["HTTP_PROXY"] == proxy
        use(address)
        assert ask().content == {"colour": "red"}


@contextmanager
def trickling() -> Iterator[str]:
    """The address of a server whose answer comes byte by byte and has no end."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not over.wait(0.1):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what happened."""

    with listening(Handler) as address:
        try:
            yield address
        finally:
            over.set()
