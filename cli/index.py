"""docstream index: the search index as a whole, for operators of the installation."""

import typer

from . import session

index = typer.Typer(
    no_args_is_help=True,
    help="Make the search index anew. Needs a key of the installation's operators with the scope operate.",
)
PATH = "/api/index/rebuild"


@index.command()
def rebuild(context: typer.Context) -> None:
    """Make the search index anew from the stored documents, while searches and writes go on.

    Interrupted, it goes on where it was once it is called again.

    \b
    docstream index rebuild
    """
    now = session.of(context)
    written = skipped = 0
    try:
        while True:
            answer = now.client.post(PATH)
            written, skipped = written + answer["documents"], skipped + answer["skipped"]
            if now.json:
                now.payload(answer)
            now.say(f"{answer['reached']} of {answer['total']} documents")
            if answer["done"]:
                break
    except KeyboardInterrupt:
        now.note("interrupted: once more goes on where it was")
        raise
    now.say(f"{written} documents written, and {answer['index']} is searched")
    if skipped:
        now.say(f"{skipped} passed over, whose text is gone")
