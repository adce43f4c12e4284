"""docstream: the command. Options before the verb say which server; they are also understood after it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from . import VERSION, session
from .categories import categories
from .dead_letters import dead_letters
from .delete import delete
from .errors import CliError
from .index import index
from .keys import keys
from .list import list_documents
from .reprocess import reprocess
from .republish import republish
from .search import search
from .show import show
from .stack import down, status, up
from .upload import upload
from .watch import watch

GLOBAL_OPTIONS = ("--url", "--api-key-file")
GLOBAL_FLAGS = ("--json",)

EPILOG = """
Start: docstream up, then docstream upload FILE, then docstream search WORDS.

--url, --api-key-file and --json may stand before or after the verb.

Exit codes: 0 done, 1 something failed or was refused, 2 wrong usage, 3 server not reachable.
"""

app = typer.Typer(
    name="docstream",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
HERE, DOCUMENTS, OPERATION = "This machine", "Documents", "Operation"
app.command(rich_help_panel=HERE)(up)
app.command(rich_help_panel=HERE)(down)
app.command(rich_help_panel=HERE)(status)
app.command(rich_help_panel=DOCUMENTS)(upload)
app.command(rich_help_panel=DOCUMENTS)(watch)
app.command("list", rich_help_panel=DOCUMENTS)(list_documents)
app.command(rich_help_panel=DOCUMENTS)(show)
app.command(rich_help_panel=DOCUMENTS)(search)
app.command(rich_help_panel=DOCUMENTS)(reprocess)
app.command(rich_help_panel=DOCUMENTS)(delete)
app.command(rich_help_panel=OPERATION)(republish)
app.add_typer(categories, name="categories", rich_help_panel=OPERATION)
app.add_typer(dead_letters, name="dead-letters", rich_help_panel=OPERATION)
app.add_typer(index, name="index", rich_help_panel=OPERATION)
app.add_typer(keys, name="keys", rich_help_panel=OPERATION)


def show_version(wanted: bool) -> None:
    if wanted:
        print(f"docstream {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(envvar="DOCSTREAM_URL", help="The server. Default: the stack of this machine."),
    ] = None,
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the API key. Default: the key in DOCSTREAM_API_KEY, else that of this machine's stack."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print only the payload, as JSON or JSON lines.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Upload documents, watch them being read, find them again."""
    context.obj = session.Session(url=url, key_file=api_key_file, json=json)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options moved to the front; what follows -- stays."""
    front, rest = [], []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in GLOBAL_FLAGS or argument.startswith(tuple(f"{option}=" for option in GLOBAL_OPTIONS)):
            front.append(argument)
        elif argument in GLOBAL_OPTIONS:
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        else:
            rest.append(argument)
    return front + rest


def main() -> None:
    """The console script. Errors of ours are one line and a hint on stderr."""
    try:
        app(args=hoisted(sys.argv[1:]), prog_name="docstream")
    except CliError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader has left, as head does; leave nothing for Python to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
