"""docstream keys: who may call, for operators."""

from enum import StrEnum
from typing import Annotated

import typer

from . import render, session

keys = typer.Typer(
    no_args_is_help=True,
    help="Make, list and revoke API keys. Needs a key with the scope operate.",
)
PATH = "/api/keys"


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"


Tenant = Annotated[str | None, typer.Option(help="Of another tenant; for operators of the installation.")]


@keys.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, so that it can be told apart later.")],
    scopes: Annotated[list[Scope], typer.Option("--scope", help="What it may do; repeatable.")],
    tenant: Tenant = None,
) -> None:
    """Make an API key and print it, this once: only its hash is kept.

    \b
    docstream keys create scanner --scope write
    docstream keys create dashboard --scope read --scope operate > dashboard.key
    """
    now = session.of(context)
    body = {"name": name, "scopes": sorted(set(scopes))} | ({"tenant": tenant} if tenant else {})
    made = now.client.post(PATH, json=body)
    if now.json:
        now.payload(made)
        return
    print(made["key"])
    now.note(f"key {made['id']} of {made['tenant']}: {', '.join(made['scopes'])}")


@keys.command("list")
def listed(context: typer.Context, tenant: Tenant = None) -> None:
    """List the keys of the tenant, revoked ones too.

    \b
    docstream keys list
    """
    now = session.of(context)
    found = now.client.get(PATH, tenant=tenant)["keys"]
    if now.json:
        for each in found:
            now.payload(each)
        return
    table = render.table("ID", "Name", "Scopes", "Created", "Revoked")
    for each in found:
        times = (render.moment(each[name]) for name in ("created_at", "revoked_at"))
        table.add_row(each["id"], each["name"], ", ".join(each["scopes"]), *times)
    now.say(table)


@keys.command()
def revoke(
    context: typer.Context,
    identities: Annotated[list[str], typer.Argument(metavar="ID...", help="The ids of the keys.")],
) -> None:
    """Revoke keys: within seconds they open nothing any more, open feeds included.

    \b
    docstream keys revoke 1f0c4d1e-9a38-4a38-8a0e-7b8d2f0c5e11
    """
    now = session.of(context)
    for identity in identities:
        now.client.delete(f"{PATH}/{identity}")
        now.payload({"id": identity, "revoked": True}) if now.json else now.say(f"{identity}  revoked")
