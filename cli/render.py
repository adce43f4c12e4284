"""How documents, fields, hits and events look on a terminal; values in, rich renderables out."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from .board import Followed

COLOURS = {"indexed": "green", "failed": "red", "deleted": "dim", "refused": "red", "duplicate": "cyan"}
MARKS = {"indexed": "✓", "failed": "✗", "deleted": "−", "refused": "✗", "duplicate": "="}
WELL = frozenset({"running", "ready"})
LONGEST_VALUE = 90
LONGEST_ID = 36


def table(*columns: str) -> Table:
    """Columns without a frame; they read the same in a pipe. The first one is never broken: ids are copied."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=number == 0, min_width=LONGEST_ID if column == "ID" else None)
    return made


def state(name: str) -> Text:
    return Text(name, style=COLOURS.get(name, "yellow"))


def running(name: str) -> Text:
    return Text(name, style="green" if name in WELL else "red")


def percent(share: float | None) -> str:
    return f"{share * 100:.0f} %" if share is not None else ""


def moment(iso: str | None) -> str:
    """Local time, to the second."""
    return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M:%S") if iso else ""


def size(count: int) -> str:
    """Bytes as a person reads them: 812 B, 48 kB, 3.1 MB."""
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def followed(document: Followed, parent: Followed | None = None) -> Text:
    """One line of a finished document, or of one at work; an attachment names its parent, which may stand elsewhere."""
    mark = Text(MARKS.get(document.state, "·") + " ", style=COLOURS.get(document.state, "yellow"))
    name = Text((document.filename or document.document_id)[:44].ljust(45))
    line = Text.assemble(mark, name, state(document.state.ljust(11)), summary(document))
    return line.append(f"  attached to {parent.filename}", style="dim") if parent else line


def summary(document: Followed) -> Text:
    if document.failure:
        return Text(f"{document.failure['code']}: {document.failure['reason']}", style="red")
    parts = [f"{document.category} {percent(document.confidence)}"] if document.category else []
    if document.pages:
        parts.append("1 page" if document.pages == 1 else f"{document.pages} pages")
    if document.stage and not document.terminal:
        parts.append(f"{document.stage} …")
    if document.terminal and document.seconds is not None:
        parts.append(f"{document.seconds:.1f} s")
    text = Text(", ".join(parts))
    if document.warnings:
        text.append("  " + ", ".join(sorted({str(each["code"]) for each in document.warnings})), style="yellow")
    return text


def documents(rows: Iterable[Mapping[str, Any]], *, wide: bool) -> Table:
    """wide: there is room for more than what tells documents apart."""
    made = table("ID", "File", "State", "Category", *(["Pages", "Warnings", "Updated"] if wide else []))
    for row in rows:
        sure = percent(row.get("category_confidence"))
        more = (str(row.get("pages") or ""), str(len(row.get("warnings") or []) or ""), moment(row.get("updated_at")))
        category = f"{row['category']} {sure}" if row.get("category") else ""
        made.add_row(row["id"], row["filename"], state(row["state"]), category, *(more if wide else ()))
    return made


def document(row: Mapping[str, Any]) -> Table:
    """One document, a line for each thing known about it."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    category = f"{row['category']} {percent(row.get('category_confidence'))}" if row.get("category") else None
    lines = {
        "id": row["id"],
        "file": f"{row['filename']}  ({row['media_type']}, {size(row['size'])})",
        "state": state(row["state"]),
        "run": f"{row['run']}  (searchable: {row.get('searchable_run') or 'none'})",
        "category": f"{category}  by {row.get('category_method')}" if category else None,
        "or": alternatives(row),
        "language": row.get("language"),
        "pages": str(row["pages"]) if row.get("pages") is not None else None,
        "attached to": row.get("parent_id"),
        "attachments": "\n".join(str(each["id"] if isinstance(each, dict) else each) for each in row["children"])
        if row.get("children")
        else None,
        "failure": Text("{stage}: {code}: {reason}".format(**row["failure"]), style="red")
        if row.get("failure")
        else None,
        "sha256": row["sha256"],
        "created": moment(row.get("created_at")),
        "updated": moment(row.get("updated_at")),
    }
    for name, value in lines.items():
        if value:
            made.add_row(name, value)
    return made


def alternatives(row: Mapping[str, Any]) -> str:
    """The next best categories that are worth a thought."""
    others = [each for each in row.get("alternatives") or [] if each["category"] != row.get("category")]
    return ", ".join(
        f"{each['category']} {percent(each['confidence'])}" for each in others if each["confidence"] >= 0.01
    )


def warnings(rows: Iterable[Mapping[str, Any]]) -> Iterable[Text]:
    for each in rows:
        page = f" (page {each['page']})" if each.get("page") else ""
        yield Text(f"! {each['code']}: {each['message']}{page}", style="yellow")


def short(line: str) -> str:
    line = re.sub(r"\s+", " ", line).strip()
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


def event(data: Mapping[str, Any], name: str, filename: str) -> Text:
    """One event of the history: when, which document, what happened."""
    details = {
        key: content
        for key, content in data.get("data", {}).items()
        if content not in ([], {}, None) and not key.endswith("_key") and key not in ("alternatives", "sha256")
    }
    line = "  ".join(f"{key}={short(str(content))}" for key, content in details.items())
    happened = moment(data.get("time"))
    return Text.assemble((happened, "dim"), "  ", (filename or str(data.get("subject")))[:40].ljust(41),
                         state(name.removeprefix("document.").ljust(20)), (line, "dim"))  # fmt: skip
