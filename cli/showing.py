"""The live view: finished documents scroll by, those at work stay below them."""

from types import TracebackType
from typing import Any, Self

from rich.console import Group
from rich.live import Live
from rich.text import Text

from . import render
from .board import Board, Followed
from .live import follow
from .session import Session

ROOM = 4
"""Lines of the terminal that the live area leaves free."""


class Showing:
    """On a terminal a live area; in a pipe a line per finished document; with --json the same as JSON."""

    def __init__(self, now: Session, board: Board) -> None:
        self.now = now
        self.board = board
        self._told: set[tuple[str, int]] = set()
        self._live = Live(console=now.out, get_renderable=self._area, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self.now.animated:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.now.animated:
            self._live.stop()

    def follow(self, *, document: str | None = None, correlation: str | None = None) -> None:
        """Until every document that this feed shows has ended."""
        for message in follow(self.now.client, document=document, correlation=correlation):
            moved = self.board.apply(message)
            if moved is not None and moved.terminal:
                self.finished(moved)
            if self.board.finished(document=document, correlation=correlation):
                return

    def finished(self, document: Followed) -> None:
        if (document.document_id, document.run) in self._told:
            return
        self._told.add((document.document_id, document.run))
        if self.now.json:
            self.now.payload(result(document))
        else:
            self.now.out.print(self._line(document))

    def _line(self, document: Followed) -> Text:
        return render.followed(document, self.board.documents.get(document.parent_id or ""))

    def refused(self, entry: dict[str, Any]) -> None:
        if self.now.json:
            self.now.payload({"state": "refused"} | entry)
        else:
            line = Text.assemble(("✗ ", "red"), entry["filename"][:44].ljust(45), ("refused    ", "red"))
            self.now.out.print(line.append(f"{entry['code']}: {entry['detail']}", style="red"))

    def duplicate(self, document: Followed) -> None:
        """It was there before: say so, and where."""
        if self.now.json:
            self.now.payload(result(document) | {"duplicate_of": document.document_id})
        else:
            line = Text.assemble(
                ("= ", "cyan"), document.filename[:44].ljust(45), render.state(document.state.ljust(11))
            )
            self.now.out.print(line.append(f"already there as {document.document_id}", style="cyan"))

    def _area(self) -> Group:
        at_work = [each for each in self.board.documents.values() if not each.terminal]
        room = max(self.now.out.height - ROOM, 3)
        lines = [self._line(each) for each in at_work[:room]]
        if len(at_work) > room:
            lines.append(Text(f"… and {len(at_work) - room} more", style="dim"))
        return Group(*lines)


def result(document: Followed) -> dict[str, Any]:
    """What --json says about a document that has ended: what is known of it."""
    known = {
        "document_id": document.document_id,
        "filename": document.filename,
        "state": document.state,
        "run": document.run,
        "category": document.category,
        "category_confidence": document.confidence,
        "pages": document.pages,
        "warnings": document.warnings,
        "failure": document.failure,
        "parent_id": document.parent_id,
        "seconds": document.seconds,
    }
    return {name: value for name, value in known.items() if value is not None}
