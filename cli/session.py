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
from .printable import printable

WIDTH_OF_A_PIPE = 300
"""Characters; what reads a pipe wants whole lines."""
WIDE = 120


def console(*, stderr: bool = False) -> Console:
    """Colours and live areas on a terminal, plain lines elsewhere."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = WIDTH_OF_A_PIPE
    return made


@dataclass(kw_only=True)
class Session:
    url: str | None = None
    key_file: Path | None = None
    json: bool = False
    out: Console = field(default_factory=console)
    notes: Console = field(default_factory=lambda: console(stderr=True))

    @cached_property
    def client(self) -> Client:
        address, key = place.url(self.url), place.api_key(self.key_file)
        return Client(address, key) if self.json else Client(address, key, shown=printable)

    @property
    def animated(self) -> bool:
        return self.out.is_terminal and not self.out.is_dumb_terminal and not self.json

    @property
    def wide(self) -> bool:
        """Is there room for tables with all their columns?"""
        return self.out.width >= WIDE

    @property
    def marks(self) -> tuple[str, str]:
        """What stands around a match: nothing on a terminal, which shows it in bold."""
        return ("", "") if self.out.is_terminal and not self.out.is_dumb_terminal else ("*", "*")

    def payload(self, value: Any) -> None:
        """One line of JSON and nothing else, at once."""
        print(json.dumps(value, ensure_ascii=False), flush=True)

    def note(self, message: str) -> None:
        """A remark beside the result, on stderr."""
        self.notes.print(message, style="dim")

    def say(self, message: Any) -> None:
        """For people: not where the output is read by a program."""
        if not self.json:
            self.out.print(message)


def of(context: typer.Context) -> Session:
    return cast(Session, context.obj)
