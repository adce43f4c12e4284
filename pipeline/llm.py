"""The language model: asked for JSON of a schema about a text. No document fails by it or waits long for it."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from . import circuit, ollama, prompt
from .errors import Unavailable
from .model import DocumentWarning
from .prompt import Message
from .settings import LanguageModel

log = logging.getLogger(__name__)

ANSWER_TOKENS = 768
CHARS_PER_TOKEN = 2
"""Fewer than most texts have: a prompt that does not fit is cut by the server without a word."""
REPAIR = "{reason}. Answer again, with JSON of the schema only."


class Nonsense(Exception):
    """An answer that does not match the schema; text is what the model said. Its server works: no circuit opens."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason)
        self.reason, self.text = f"the model's answer is of no use: {reason}", text


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one question cost; seconds of waiting, whatever came of it."""

    model: str
    calls: int
    prompt_tokens: int
    answer_tokens: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """content matches the schema asked for; it is None where nothing usable came, and problem says why."""

    content: dict[str, Any] | None
    problem: str
    usage: Usage

    @property
    def warnings(self) -> tuple[DocumentWarning, ...]:
        return (DocumentWarning(code="llm-unavailable", message=self.problem),) if self.content is None else ()


def ask(server: LanguageModel, instructions: str, text: str, schema: Mapping[str, Any]) -> Answer:
    """The model's answer about a text, cut to what fits."""
    question = Question(server, prompt.plain_schema(schema))
    chars = CHARS_PER_TOKEN * (server.context_tokens - ANSWER_TOKENS) - len(instructions)
    content, problem = None, ""
    try:
        with circuit.guarded("ollama", server.url):
            content = question.asked(prompt.messages(instructions, text[: max(0, chars)]))
    except (Unavailable, Nonsense) as trouble:
        problem = trouble.reason
    usage = question.usage()
    log.info("asked", extra={"action": "ask_llm", "model": server.model, "seconds": usage.seconds, "problem": problem})
    return Answer(content=content, problem=problem, usage=usage)


class Question:
    """One question with its repeats, within the time of one."""

    def __init__(self, server: LanguageModel, schema: Mapping[str, Any]) -> None:
        self._server, self._schema = server, schema
        self._began = time.monotonic()
        self._calls = self._prompt_tokens = self._answer_tokens = 0

    def usage(self) -> Usage:
        return Usage(
            model=self._server.model,
            calls=self._calls,
            prompt_tokens=self._prompt_tokens,
            answer_tokens=self._answer_tokens,
            seconds=round(time.monotonic() - self._began, 3),
        )

    def asked(self, messages: list[Message]) -> dict[str, Any]:
        """Asks once more, saying what is wrong, when the answer does not match. Raises Nonsense, Unavailable."""
        try:
            return self._answer(messages)
        except Nonsense as wrong:
            said = {"role": "assistant", "content": wrong.text}
            repair = {"role": "user", "content": REPAIR.format(reason=wrong.reason)}
            return self._answer([*messages, said, repair])

    def _answer(self, messages: list[Message]) -> dict[str, Any]:
        """Raises Nonsense, Unavailable."""
        self._calls += 1
        until = self._began + self._server.seconds
        reply = ollama.chat(self._server, self._body(messages), until)
        tokens = [_count(reply.get(name)) for name in ("prompt_eval_count", "eval_count")]
        self._prompt_tokens += tokens[0]
        self._answer_tokens += tokens[1]
        if sum(tokens) >= self._server.context_tokens:
            raise Unavailable(f"the prompt does not fit into {self._server.context_tokens} tokens")
        message = reply.get("message")
        text = str(message.get("content", "")) if isinstance(message, dict) else ""
        return self._checked(text, cut=reply.get("done_reason") == "length")

    def _checked(self, text: str, *, cut: bool) -> dict[str, Any]:
        if cut:
            raise Nonsense("it is cut off", text)
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise Nonsense("it is not JSON", text) from None
        error = next(Draft202012Validator(self._schema).iter_errors(content), None)
        if error or not isinstance(content, dict):
            raise Nonsense(f"it does not match the schema at {error.json_path if error else '$'}", text)
        return content

    def _body(self, messages: list[Message]) -> dict[str, Any]:
        return {
            "model": self._server.model,
            "messages": messages,
            "format": self._schema,
            "stream": False,
            "think": False,
            "options": {
                "temperature": 0,
                "seed": 1,
                "num_ctx": self._server.context_tokens,
                "num_predict": ANSWER_TOKENS,
            },
        }


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 1_000_000_000 else 0
