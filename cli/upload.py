"""docstream upload: send files and watch them until each is searchable or has failed."""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from . import files, session
from .board import TERMINAL, Board, Followed
from .errors import Refused
from .session import Session
from .showing import Showing

Entry = dict[str, Any]
"""What the server said about one file: accepted, or {filename, code, detail}."""
FATAL = frozenset({401, 403})


def upload(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders (all they hold) and globs.")],
    wait: Annotated[bool, typer.Option(help="Follow the documents until each is indexed or failed.")] = True,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Store a file again even if the same content is already there.")
    ] = False,
) -> None:
    """Upload documents and watch them live.

    Exit code 0: every document is indexed. 1: some failed or were refused.

    \b
    docstream upload invoice.pdf
    docstream upload inbox/ 'scans/*.png'
    docstream --json upload --no-wait report.docx
    """
    now = session.of(context)
    answers = list(sent(now, files.expand(paths), duplicates=duplicates))
    entries = [entry for answer in answers for entry in answer.get("documents", [answer])]
    if wait:
        bad = followed(now, entries)
    else:
        bad = [entry for entry in entries if "document_id" not in entry]
        acknowledged(now, answers, entries)
    if bad:
        raise typer.Exit(1)


def sent(now: Session, paths: Sequence[Path], *, duplicates: bool) -> Iterator[dict[str, Any]]:
    """The server's answer to each batch; a batch that is refused as a whole gives one refusal per file."""
    total = sum(path.stat().st_size for path in paths)
    bar = Progress(
        TextColumn("uploading"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        console=now.out, transient=True, disable=not now.animated,
    )  # fmt: skip
    with bar:
        line = bar.add_task("upload", total=total)
        gone = 0
        for batch in files.batches(paths):
            moved = functools.partial(advance, bar, line, gone)
            try:
                yield named(now.client.upload(batch, duplicates=duplicates, sent=moved), batch)
            except Refused as refused:
                if refused.status in FATAL:
                    raise
                yield {"documents": refusals(refused, batch)}
            gone += sum(path.stat().st_size for path in batch)


def advance(bar: Progress, line: TaskID, gone: int, sent: int) -> None:
    bar.update(line, completed=gone + sent)


def named(answer: dict[str, Any], batch: Sequence[Path]) -> dict[str, Any]:
    """The answer with the name of each file: the server keeps their order."""
    if "documents" not in answer:
        return {"filename": batch[0].name} | answer
    entries = zip(batch, answer["documents"], strict=True)
    return answer | {"documents": [{"filename": path.name} | entry for path, entry in entries]}


def refusals(refused: Refused, batch: Sequence[Path]) -> list[Entry]:
    """One for each file: its own where the server said so, else the one for all."""
    own = refused.problem.get("documents")
    common = {"code": refused.code, "detail": refused.detail}
    return own if isinstance(own, list) else [{"filename": path.name} | common for path in batch]


def acknowledged(now: Session, answers: Sequence[dict[str, Any]], entries: Sequence[Entry]) -> None:
    if now.json:
        for answer in answers:
            now.payload(answer)
    for entry in entries:
        happened = "duplicate" if entry.get("duplicate_of") else entry.get("state", entry.get("code", ""))
        now.say(f"{entry.get('filename', '')}  {happened}  {entry.get('document_id', entry.get('detail', ''))}")


def followed(now: Session, entries: Sequence[Entry]) -> list[Any]:
    """Show every document to its end; returns what failed or was refused."""
    board = Board()
    entries = [described(now, entry) for entry in entries]
    refused = [entry for entry in entries if "document_id" not in entry]
    with Showing(now, board) as showing:
        for entry in refused:
            showing.refused(entry)
        for entry in entries:
            if "document_id" in entry:
                watched(board, showing, entry)
        for feed in feeds(entries):
            showing.follow(**feed)
    return [*refused, *board.failed]


def described(now: Session, entry: Entry) -> Entry:
    """What was there before, with what is known of it: no event will tell."""
    if not entry.get("duplicate_of") or entry.get("state") not in TERMINAL:
        return entry
    document = now.client.get(f"/api/documents/{entry['document_id']}")
    names = ("run", "category", "category_confidence", "pages", "warnings", "failure", "parent_id")
    return entry | {name: document.get(name) for name in names}


def watched(board: Board, showing: Showing, entry: Entry) -> None:
    """What was there before keeps the correlation id of the upload that brought it."""
    document = Followed(document_id=entry["document_id"], filename=entry["filename"])
    if not entry.get("duplicate_of"):
        document.correlation_id = entry["correlation_id"]
    elif entry["state"] in TERMINAL:
        document.state, document.run = entry["state"], entry["run"]
        document.category, document.confidence = entry["category"], entry["category_confidence"]
        document.pages, document.warnings = entry["pages"], entry["warnings"]
        document.failure, document.parent_id = entry["failure"], entry["parent_id"]
        showing.duplicate(document)
    board.expect(document)


def feeds(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """Which feeds show these documents: one per upload, and one per document that was already on its way."""
    named: dict[tuple[str, str], None] = {}
    for entry in entries:
        if entry.get("duplicate_of"):
            if entry.get("state") not in TERMINAL:
                named["document", entry["document_id"]] = None
        elif "document_id" in entry:
            named["correlation", entry["correlation_id"]] = None
    return [{kind: value} for kind, value in named]
