"""docstream search: find documents by words, by meaning, by their fields."""

import html
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from . import session
from .errors import Misuse

MATCH = re.compile(r"<(em|mark)>(.*?)</\1>", re.DOTALL)

BOUNDS = {"exact": "", "at-least": "at least ", "about": "about "}

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
        now.say(hit_of(number, hit, marks=now.marks))
    bound = BOUNDS[found.get("total_is", "exact")]
    counted = f"{bound}{found['total']} {'document' if found['total'] == 1 else 'documents'}, {found['mode']}"
    now.say(Text(counted, style="dim") if found["total"] else "nothing found")


def hit_of(number: int, found: Mapping[str, Any], *, marks: tuple[str, str]) -> Text:
    """A heading line and, below it, the place that matched."""
    page = f", page {found['page']}" if found.get("page") else ""
    head = Text.assemble(
        (f"{number}. ", "dim"), (str(found["filename"]), "bold"), f"  {found.get('category') or ''}{page}  ",
        (f"{found['score']:.3f}", "dim"), "  ", (str(found["document_id"]), "dim"),
    )  # fmt: skip
    excerpt = found.get("highlight")
    places = excerpt if isinstance(excerpt, list) else [excerpt] if excerpt else []
    return Text("\n   ").join([head, *(highlighted(str(each), marks) for each in places)])


def highlighted(markup: str, marks: tuple[str, str]) -> Text:
    """A search excerpt on one line; what matched stands in bold, and between the marks where there is no bold."""
    line = re.sub(r"\s+", " ", markup).strip()
    text, position = Text(), 0
    for found in MATCH.finditer(line):
        text.append(html.unescape(line[position : found.start()]))
        text.append(marks[0] + html.unescape(found[2]) + marks[1], style="bold yellow")
        position = found.end()
    return text.append(html.unescape(line[position:]))
