"""python -m bench.lists: how many rows of a long list come out, and whether it is said when one is missing.

Statements of 10 to 3,200 movements are generated, with a running balance and without, as PDF and as CSV, whole and
with a movement in the middle that has no date. Each goes through the converter and the field rules. Prints JSON: rows
in, rows out, recall, and whether `list-incomplete` was raised.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from functions.extract import child
from functions.extract.converted import Limits
from functions.extract.fields import extract_fields

COUNTS = (10, 25, 100, 400, 800, 1_600, 3_200)
ROWS_OF_A_PAGE = 45
OPENING = Decimal("1000.00")

Format = Literal["pdf", "csv"]
MEDIA_TYPES: dict[Format, str] = {"pdf": "application/pdf", "csv": "text/csv"}


def movements(count: int, *, balance: bool, damaged: bool) -> Iterator[tuple[str, ...]]:
    """Date, description, signed amount, and where asked the balance; damaged: the one in the middle has no date."""
    left = OPENING
    for number in range(count):
        amount = Decimal(100 + 7 * number % 9_000) / 100 * (-1 if number % 3 else 1)
        left += amount
        date = "" if damaged and number == count // 2 else f"{number % 28 + 1:02}/{number % 12 + 1:02}/2023"
        yield (date, f"Payment {number + 1:04}", f"{amount:,.2f}", *((f"{left:,.2f}",) if balance else ()))


def written(path: Path, rows: Sequence[tuple[str, ...]], *, closing: str | None) -> None:
    """A statement with opening and, where given, closing balance; the heading of the table on each page."""
    heading = ("Date", "Description", "Amount", "Balance")[: len(rows[0])]
    if path.suffix == ".csv":
        quoted = (",".join(f'"{cell}"' for cell in cells) for cells in (heading, *rows))
        path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
        return
    canvas = Canvas(str(path), pagesize=A4)
    canvas.drawString(60, 800, "Northfield Bank   Account statement")
    canvas.drawString(60, 784, f"Opening balance   {OPENING:,.2f}")
    if closing:
        canvas.drawString(60, 768, f"Closing balance   {closing}")
    for start in range(0, len(rows), ROWS_OF_A_PAGE):
        for line, cells in enumerate([heading, *rows[start : start + ROWS_OF_A_PAGE]]):
            for left, cell in zip((60, 150, 380, 480), cells, strict=False):
                canvas.drawString(left, 740 - 15 * line, cell)
        canvas.showPage()
    canvas.save()


def measured(count: int, kind: Format, *, balance: bool, damaged: bool = False) -> dict[str, Any]:
    rows = list(movements(count, balance=balance, damaged=damaged))
    closing = OPENING + sum((Decimal(row[2].replace(",", "")) for row in rows), Decimal(0))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"statement.{kind}"
        written(path, rows, closing=f"{closing:,.2f}")
        converted = child.convert(path, media_type=MEDIA_TYPES[kind], limits=Limits(seconds=600), spool=Path(folder))
    extraction = extract_fields(category="bank_statement", pages=converted.pages, attachments=(), corrections={})
    found = extraction.to_json().get("transactions", {"value": []})["value"]
    amounts = [row["amount"] for row in found]
    right = sum(one == str(Decimal(row[2].replace(",", ""))) for one, row in zip(amounts, rows, strict=False))
    return {
        "format": kind,
        "balance": balance,
        "damaged": damaged,
        "rows_in": count,
        "rows_out": len(found),
        "recall": round(min(len(found), count) / count, 4),
        "amounts_right": right,
        "flagged": "list-incomplete" in {each.code for each in extraction.warnings},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=COUNTS[-1], help="longest list")
    most = parser.parse_args().most
    cases = [(count, kind, balance, damaged) for kind in MEDIA_TYPES for balance in (True, False)
             for damaged in (False, True) for count in COUNTS if count <= most]  # fmt: skip
    results = [measured(count, kind, balance=balance, damaged=damaged) for count, kind, balance, damaged in cases]
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
