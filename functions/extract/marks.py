"""Pieces of Markdown: the mark at the head of a page, and tables; pure."""

from collections.abc import Sequence


def page_mark(number: int) -> str:
    return f"<!-- page {number} -->"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its header; short rows are filled up."""
    width = max((len(row) for row in rows), default=0)
    lines = [_row([*row, *[""] * (width - len(row))]) for row in rows]
    if lines:
        lines.insert(1, "|" + " - |" * width)
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
