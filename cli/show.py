"""docstream show: what is known about one document."""

from typing import Annotated, Any

import typer

from . import render, session
from .errors import Misuse
from .session import Session


def show(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help="The id of the document.")],
    text: Annotated[bool, typer.Option("--text", help="Its text as Markdown.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Its events, the first one first.")] = False,
    fields: Annotated[bool, typer.Option("--fields", help="Its fields only.")] = False,
) -> None:
    """Show one document: state, category, fields with the place they were found at, warnings.

    \b
    docstream show 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11
    docstream show 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11 --text > invoice.md
    docstream --json show 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11 --fields
    """
    now = session.of(context)
    if text + history + fields > 1:
        raise Misuse("--text, --history and --fields exclude each other")
    path = f"/api/documents/{document}"
    if text:
        show_text(now, now.client.text(f"{path}/text"))
    elif history:
        show_history(now, now.client.get(f"{path}/history"), now.client.get(path))
    elif fields:
        show_fields(now, now.client.get(f"{path}/fields"))
    else:
        show_document(now, now.client.get(path))


def show_text(now: Session, text: str) -> None:
    """As it is: no wrapping, no markup."""
    if now.json:
        now.payload({"text": text})
    else:
        print(text)


def show_history(now: Session, history: dict[str, Any], document: dict[str, Any]) -> None:
    if now.json:
        now.payload(history)
        return
    for event in history["events"]:
        now.say(render.event(event, name_of(event), document["filename"]))


def name_of(event: dict[str, Any]) -> str:
    """docstream.document.indexed.v1 is document.indexed."""
    return str(event["type"]).removeprefix("docstream.").rsplit(".v", 1)[0]


def show_fields(now: Session, found: dict[str, Any]) -> None:
    if now.json:
        now.payload(found)
    else:
        now.say(render.fields(found["fields"]) if found.get("fields") else "no fields")


def show_document(now: Session, document: dict[str, Any]) -> None:
    if now.json:
        now.payload(document)
        return
    now.say(render.document(document))
    for warning in render.warnings(document.get("warnings") or []):
        now.say(warning)
    if document.get("searchable_run"):
        now.say("")
        show_fields(now, now.client.get(f"/api/documents/{document['id']}/fields"))
