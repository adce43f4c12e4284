"""docstream categories: teach the classifier with documents of one's own, for operators."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from . import render, session
from .client import Client
from .errors import CliError, Misuse, Refused

categories = typer.Typer(
    no_args_is_help=True,
    help="Teach the classifier with documents of your own. Needs a key with the scopes operate and read.",
)
MODELS = "/api/categories/models"
CORRECTIONS = "/api/categories/corrections"
COMMENT = re.compile(r"<!--.*?-->")


@categories.command()
def train(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folders named after categories."),
    ],
    embedding: Annotated[bool, typer.Option(help="Learn from the meaning of the texts, not only from words.")] = True,
) -> None:
    """Learn from labelled folders, from the examples of the categories, and from what people corrected.

    The new model votes from the next document on; nothing is deployed anew.

    \b
    docstream categories train labelled
    """
    now = session.of(context)
    try:
        from pipeline.categories import load
        from pipeline.lightmodel import folders
        from pipeline.lightmodel import train as fitting
        from pipeline.lightmodel.folders import Labelled
        from pipeline.lightmodel.model import dump
    except ModuleNotFoundError as error:
        hint = "in a clone of the repository: pip install -r cli/requirements-train.txt"
        raise CliError(f"training needs {error.name}", hint) from error
    found = list(folders.read(folder))
    for each in found:
        if not isinstance(each, Labelled):
            now.note(f"{each.path}: {each.reason}")
    documents = [each for each in found if isinstance(each, Labelled)]
    check({each.category for each in documents}, {each.name for each in load()})
    corrected = [Labelled(**each) for each in corrections(now.client)]
    if not documents and not corrected:
        raise Misuse(f"{folder} holds no document to learn from", "labelled/invoice/one.pdf is one labelled invoice")
    labelled = [*fitting.examples(), *documents, *corrected]
    model = fitting.fit(labelled, **(fitting.by_meaning() if embedding else {}))
    told = {"documents": len(documents), "corrections": len(corrected)}
    answer = now.client.post(MODELS, params=told, data=dump(model))
    now.payload(answer) if now.json else now.say(
        f"model {answer['version']}: learned from {len(documents)} documents and {len(corrected)} corrections"
    )


def check(given: set[str], installed: set[str]) -> None:
    """Raises Misuse for a folder that is no category."""
    unknown = sorted(given - installed)
    if unknown:
        hint = "a folder in pipeline/categories makes a category, see CONTRIBUTING.md"
        raise Misuse(f"these categories are not installed: {', '.join(unknown)}", hint)


def corrections(client: Client) -> list[dict[str, str]]:
    """Category and text of each document whose category a person put right; without those that have no text."""
    found = []
    for each in client.get(CORRECTIONS)["corrections"]:
        try:
            text = client.text(f"/api/documents/{each['document_id']}/text")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            continue
        found.append({"category": each["category"], "text": COMMENT.sub("", text)})
    return found


@categories.command()
def models(context: typer.Context) -> None:
    """List the models that were trained, the newest first; the first that is not withdrawn is in use.

    \b
    docstream categories models
    """
    now = session.of(context)
    found = now.client.get(MODELS)["models"]
    if now.json:
        for each in found:
            now.payload(each)
    else:
        now.say(as_table(found) if found else "no models: the shipped one is in use")


def as_table(found: list[dict[str, Any]]) -> Table:
    table = render.table("Version", "Documents", "Corrections", "Trained", "Withdrawn")
    for each in found:
        times = [render.moment(each[name]) for name in ("created_at", "withdrawn_at")]
        table.add_row(str(each["version"]), str(each["documents"]), str(each["corrections"]), *times)
    return table


@categories.command()
def withdraw(
    context: typer.Context, version: Annotated[int, typer.Argument(min=1, help="The version of the model.")]
) -> None:
    """Withdraw a model: the one before counts again, or the shipped one.

    \b
    docstream categories withdraw 3
    """
    now = session.of(context)
    now.client.delete(f"{MODELS}/{version}")
    now.say(f"model {version}  withdrawn")
