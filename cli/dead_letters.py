"""docstream dead-letters: what no stage could handle, for operators."""

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from . import render, session
from .pages import pages

dead_letters = typer.Typer(
    no_args_is_help=True,
    help="Look at dead letters, send them again, or close them. Needs a key with the scope operate.",
)
Identity = Annotated[str, typer.Argument(metavar="ID", help="The id of the dead letter.")]
PATH = "/api/dead-letters"


@dead_letters.command("list")
def listed(
    context: typer.Context,
    function: Annotated[str | None, typer.Option(help="Only those of one function.")] = None,
    code: Annotated[str | None, typer.Option(help="Only those with one code.")] = None,
    failure: Annotated[
        str | None, typer.Option("--class", help="Only one class: permanent ones are documents that can never pass.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many; the newest first.")] = 50,
) -> None:
    """List the dead letters that are open.

    \b
    docstream dead-letters list --function extract
    docstream dead-letters list --class transient
    """
    now = session.of(context)
    wanted = {"function": function, "code": code, "class": failure, "state": None if everything else "open"}
    letters, more = pages(now.client, PATH, "dead_letters", limit, **wanted)
    if now.json:
        for letter in letters:
            now.payload(letter)
        return
    now.say(as_table(letters, wide=now.wide) if letters else "no dead letters")
    if more:
        now.note("there are more: --limit")


def as_table(letters: list[dict[str, Any]], *, wide: bool) -> Table:
    """wide: there is room for more than what tells letters apart."""
    table = render.table("ID", "Function", "Code", *(["Document", "Last failed", "Reason"] if wide else []))
    for each in letters:
        when, why = render.moment(each.get("last_failed")), render.short(each.get("reason") or "")
        more = (each.get("document_id") or "", when, why) if wide else ()
        table.add_row(each["id"], each["function"], each["code"], *more)
    return table


@dead_letters.command()
def show(context: typer.Context, letter: Identity) -> None:
    """Show one dead letter with its message.

    \b
    docstream dead-letters show 8d6b9f6e-…
    """
    now = session.of(context)
    found = now.client.get(f"{PATH}/{letter}")
    if now.json:
        now.payload(found)
    else:
        for name, value in found.items():
            now.say(Text.assemble((name.ljust(14), "bold"), "" if value is None else str(value)))


@dead_letters.command()
def replay(context: typer.Context, letters: Annotated[list[str], typer.Argument(metavar="ID...")]) -> None:
    """Send the message of a dead letter again; a document that has failed gets a new run.

    \b
    docstream dead-letters replay 8d6b9f6e-…
    """
    settle(context, letters, "replay", {})


@dead_letters.command("replay-all")
def replay_all(
    context: typer.Context,
    function: Annotated[str | None, typer.Option(help="Only those of one function.")] = None,
    code: Annotated[str | None, typer.Option(help="Only those with one code.")] = None,
    document: Annotated[str | None, typer.Option(help="Only those of one document.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many, oldest first.")] = 100,
    rate: Annotated[int, typer.Option(min=1, max=100, help="Letters a second.")] = 20,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the audit log.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Do it; without this, only say which.")] = False,
) -> None:
    """Send the open dead letters that match again, oldest first.

    \b
    docstream dead-letters replay-all --function extract --code attempts-exhausted
    docstream dead-letters replay-all --function extract --rate 5 --send
    """
    now = session.of(context)
    named = {"function": function, "code": code, "document": document, "reason": reason, "limit": limit, "rate": rate}
    asked = {name: value for name, value in named.items() if value is not None}
    answer = now.client.post(f"{PATH}/replay", json=asked | {"dry_run": not send})
    if now.json:
        now.payload(answer)
        return
    if not send:
        now.say(as_table(answer["dead_letters"], wide=now.wide) if answer["dead_letters"] else "no dead letters")
        return
    for each in answer["replayed"]:
        now.say(f"{each['id']}  {each.get('resolution') or each['detail']}")
    now.say(f"{answer['left']} left" if answer["left"] else "none left")


@dead_letters.command()
def discard(
    context: typer.Context,
    letters: Annotated[list[str], typer.Argument(metavar="ID...")],
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit log.")],
) -> None:
    """Close a dead letter without sending it again.

    \b
    docstream dead-letters discard 8d6b9f6e-… --reason "test data"
    """
    settle(context, letters, "discard", {"reason": reason})


def settle(context: typer.Context, letters: list[str], verb: str, body: dict[str, str]) -> None:
    now = session.of(context)
    for letter in letters:
        answer = now.client.post(f"{PATH}/{letter}/{verb}", json=body)
        if now.json:
            now.payload(answer)
        now.say(f"{letter}  {'sent again' if verb == 'replay' else 'discarded'}")
