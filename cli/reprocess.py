"""docstream reprocess: run the pipeline again from one stage."""

from typing import Annotated, Literal

import typer

from . import session
from .board import Board, Followed
from .showing import Showing

Stage = Literal["classify", "extract", "index"]


def reprocess(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="ID", help="The id of the document.")],
    stage: Annotated[Stage, typer.Option("--from", help="The first stage to run again.")] = "classify",
    wait: Annotated[bool, typer.Option(help="Follow the document until it is indexed or failed.")] = True,
) -> None:
    """Open a new run of one document. Until it is indexed again, search finds the earlier run.

    \b
    docstream reprocess 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11 --from extract
    """
    now = session.of(context)
    answer = now.client.post(f"/api/documents/{document}/reprocess", params={"from": stage})
    if not wait:
        now.payload(answer) if now.json else now.say(f"{document}  run {answer['run']} from {stage}")
        return
    board = Board()
    board.expect(Followed(document_id=document, run=answer["run"]))
    with Showing(now, board) as showing:
        showing.follow(document=document)
    if board.failed:
        raise typer.Exit(1)
