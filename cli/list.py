"""docstream list: which documents there are."""

from typing import Annotated

import typer

from . import render, session
from .pages import pages


def list_documents(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="uploaded, classified, extracted, indexed, failed.")] = None,
    category: Annotated[str | None, typer.Option(help="For example invoice.")] = None,
    name: Annotated[str | None, typer.Option("--name", "-q", help="Part of the file name.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many; the newest first.")] = 50,
) -> None:
    """List documents, the newest first.

    \b
    docstream list
    docstream list --state failed
    docstream --json list --category invoice --limit 500
    """
    now = session.of(context)
    rows, more = pages(now.client, "/api/documents", "documents", limit, state=state, category=category, q=name)
    if now.json:
        for row in rows:
            now.payload(row)
        return
    now.say(render.documents(rows, wide=now.wide) if rows else "no documents")
    if more:
        now.note("there are more: --limit")
