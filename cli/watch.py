"""docstream watch: the events as they happen."""

from typing import Annotated

import typer

from . import render, session
from .board import Board
from .live import follow


def watch(
    context: typer.Context,
    document: Annotated[str | None, typer.Argument(metavar="[DOCUMENT]", help="One document, by its id.")] = None,
    correlation: Annotated[str | None, typer.Option(help="All documents of one upload.")] = None,
) -> None:
    """Show events live.

    Of one document or one upload: its whole history, then what follows, until no more can come. Without either:
    everything from now on, until Ctrl-C. After a lost connection it resumes where it stopped.

    \b
    docstream watch
    docstream watch 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11
    docstream --json watch --correlation 0b54a5f0-34cf-4f5f-9a4c-0a5ed3c2b6aa
    """
    now = session.of(context)
    board = Board()
    named = bool(document or correlation)
    if not named:
        now.note("watching everything; Ctrl-C ends it")
    for message in follow(
        now.client,
        document=document,
        correlation=correlation,
        ask_again=lambda: named and bool(board.documents) and board.finished(),
    ):
        board.apply(message)
        if now.json:
            now.payload(message.data)
        elif message.event != "document.progress":
            known = board.documents[str(message.data["subject"])]
            now.out.print(render.event(message.data, message.event, known.filename))
