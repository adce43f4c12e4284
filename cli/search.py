"""docstream search: find documents by words, by meaning, by their fields."""

from typing import Annotated, Any, Literal

import typer

from . import render, session
from .errors import Misuse

Mode = Literal["hybrid", "keyword", "semantic"]


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words, or a question.")],
    mode: Annotated[Mode, typer.Option(help="By words, by meaning, or both.")] = "hybrid",
    category: Annotated[str | None, typer.Option(help="Only documents of this category.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only where this field has this value; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many hits.")] = 10,
) -> None:
    """Search documents; one hit per document, with the place that matched.

    \b
    docstream search "height-adjustable desk"
    docstream search "how do I restart the pump?" --mode semantic
    docstream search cleaning --category contract
    docstream --json search invoice --field invoice_number=INV-2025-0417
    """
    now = session.of(context)
    found = now.client.get("/api/search", q=query, mode=mode, category=category, limit=limit, **conditions(field or []))
    if now.json:
        now.payload(found)
        return
    show_hits(now, found)


def conditions(pairs: list[str]) -> dict[str, str]:
    """name=value as the parameter field.name; raises Misuse."""
    if wrong := next((pair for pair in pairs if "=" not in pair.strip("=")), None):
        raise Misuse(f"--field {wrong}: write it as NAME=VALUE", "for example --field currency=EUR")
    return {f"field.{name}": value for name, _, value in (pair.partition("=") for pair in pairs)}


def show_hits(now: session.Session, found: dict[str, Any]) -> None:
    for number, hit in enumerate(found["hits"], start=1):
        now.say(render.hit(number, hit))
    total = found["total"]
    now.say(
        f"[dim]{total} {'document' if total == 1 else 'documents'}, {found['mode']}[/]" if total else "nothing found"
    )
