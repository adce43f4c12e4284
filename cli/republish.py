"""docstream republish: send stored events again, after the broker lost what it held."""

from typing import Annotated, Any

import typer

from . import session

PATH = "/api/republish"


def republish(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="All events, not only those that somebody still has to act on.")
    ] = False,
    document: Annotated[str | None, typer.Option(help="Only those of one document.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this time on, like 2025-03-01T10:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Only before this time.")] = None,
    rate: Annotated[int, typer.Option(min=1, max=500, help="Events a second.")] = 100,
    reason: Annotated[str | None, typer.Option(help="Why; it is kept in the audit log.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Do it; without this, only say how many there are.")] = False,
) -> None:
    """Send stored events again under their ids: what had its effect has none, what was lost has it now.

    \b
    docstream republish
    docstream republish --send --reason "the volume of the broker is lost"
    """
    now = session.of(context)
    named = {"document": document, "since": since, "until": until, "reason": reason, "rate": rate}
    asked: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    asked |= {"what": "all" if everything else "unfinished", "dry_run": not send}
    sent = unroutable = unreadable = 0
    while True:
        answer = now.client.post(PATH, json=asked)
        if now.json:
            now.payload(answer)
        if not send:
            now.say(f"{answer['count']} events would be sent again; --send does it")
            return
        sent += answer["published"]
        unroutable += answer["unroutable"]
        unreadable += answer["unreadable"]
        if answer["next_cursor"] is None:
            now.say(f"{sent} events sent again")
            if unroutable or unreadable:
                now.say(f"passed over: {unroutable} that no queue takes, {unreadable} of a later release")
            return
        asked["cursor"] = answer["next_cursor"]
