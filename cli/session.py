"""What every verb needs: the client, and where to write; taken from the options before the verb."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import typer
from rich.console import Console

from . import place
from .client import Client

WIDTH_OF_A_PIPE = 300
"""Characters; what reads a pipe wants whole lines."""


def console(*, stderr: bool = False) -> Console:
    """Colours and live areas on a terminal, plain lines elsewhere."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=WIDTH_OF_A_PIPE)


@dataclass(kw_only=True)
class Session:
    url: str | None = None
    key_file: Path | None = None
    json: bool = False
    out: Console = field(default_factory=console)
    notes: Console = field(default_factory=lambda: console(stderr=True))

    @cached_property
    def client(self) -> Client:
        return Client(place.url(self.url), place.api_key(self.key_file))

    @property
    def animated(self) -> bool:
        return self.out.is_terminal and not self.out.is_dumb_terminal and not self.json

    def payload(self, value: Any) -> None:
        """One line of JSON and nothing else, at once."""
        print(json.dumps(value, ensure_ascii=False), flush=True)

    def say(self, message: Any) -> None:
        """For people: not where the output is read by a program."""
        if not self.json:
            self.out.print(message)


def of(context: typer.Context) -> Session:
    return cast(Session, context.obj)
