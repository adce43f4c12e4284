"""docstream up, down, status: the stack of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

import typer

from . import render, session
from .errors import CliError


@contextmanager
def local_stack() -> Iterator[ModuleType]:
    """local.stack of the repository; what it reports as an error becomes one of ours.

    Raises CliError where the command was installed without it.
    """
    try:
        stack, errors = import_module("local.stack"), import_module("local.errors")
    except ImportError as error:
        raise CliError(
            f"the stack of this machine needs the repository and its requirements ({error.name} is missing)",
            "clone it and run `make up` there; with --url every other verb works against any server",
        ) from error
    try:
        yield stack
    except errors.ServiceError as error:
        raise CliError(str(error)) from error


def up(context: typer.Context) -> None:
    """Start everything on this machine: services, functions, connector.

    Safe to repeat. The first time it installs what is missing, and says so.
    """
    now = session.of(context)
    with local_stack() as stack:
        stack.up(now.notes.print)
        now.say(f"Docstream is up at {stack.gateway_url()}")


def down(context: typer.Context) -> None:
    """Stop everything on this machine; the data stays."""
    now = session.of(context)
    with local_stack() as stack:
        stack.down(now.notes.print)


def status(context: typer.Context) -> None:
    """Say what of the stack of this machine runs, and where.

    Exit code 1 when something does not run.
    """
    now = session.of(context)
    with local_stack() as stack:
        parts = stack.status()
        remarks = stack.remarks() if parts else []
    if now.json:
        for name, address, state in parts:
            now.payload({"name": name, "address": address, "state": state})
    elif parts:
        table = render.table("Name", "State", "Address")
        for name, address, state in parts:
            table.add_row(name, render.running(state), address)
        now.say(table)
    for remark in remarks:
        now.note(remark)
    if not parts or any(state not in render.WELL for _, _, state in parts):
        if not parts:
            now.say("nothing was started here yet: docstream up")
        raise typer.Exit(1)
