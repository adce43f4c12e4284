"""docstream show: what is known about one document."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

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
        now.say(fields_table(found["fields"]) if found.get("fields") else "no fields")


def show_document(now: Session, document: dict[str, Any]) -> None:
    if now.json:
        now.payload(document)
        return
    now.say(render.document(document))
    for warning in render.warnings(document.get("warnings") or []):
        now.say(warning)
    for stage, cost in (document.get("llm") or {}).items():
        tokens = cost["prompt_tokens"] + cost["answer_tokens"]
        now.say(f"{stage} asked {cost['model']}: {cost['calls']} calls, {tokens} tokens, {cost['seconds']:.1f} s")
    if document.get("searchable_run"):
        now.say("")
        show_fields(now, now.client.get(f"/api/documents/{document['id']}/fields"))


def fields_table(found: Mapping[str, Any]) -> Table:
    """Each value with where it stands; a list gives one row per entry."""
    made = render.table("Field", "Value", "Page", "Quote", "Method", "Confidence")
    for name, entry in found.items():
        for each in entry if isinstance(entry, list) else [entry]:
            first, *more = values(each.get("value"))
            made.add_row(
                name,
                first,
                str(each.get("page") or ""),
                Text(render.short(each.get("quote") or ""), style="dim"),
                each.get("method") or "",
                render.percent(each.get("confidence")),
            )
            for line in more:
                made.add_row("", line)
    return made


def values(content: Any) -> list[str]:
    """One line, or one for each entry of a list."""
    return [value(each) for each in content] if isinstance(content, list) and content else [value(content)]


def value(content: Any) -> str:
    if isinstance(content, dict):
        return render.short(", ".join(f"{name} {value(each)}" for name, each in content.items() if each is not None))
    return render.short("" if content is None else str(content))
