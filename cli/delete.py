"""docstream delete: erase documents and everything made from them."""

from typing import Annotated

import typer

from . import session


def delete(
    context: typer.Context,
    documents: Annotated[list[str], typer.Argument(metavar="ID...", help="The ids of the documents.")],
) -> None:
    """Erase documents: original, text, fields, search entries, attachments. It cannot be undone.

    \b
    docstream delete 5c0d3c2e-6f0a-4a57-9a3e-5a4e1d0f8b11
    """
    now = session.of(context)
    for document in documents:
        answer = now.client.delete(f"/api/documents/{document}")
        if now.json:
            now.payload(answer)
        now.say(f"{document}  deleted; its data is being erased")
