"""Workbooks of Excel before 2007 as sheets of cell texts. The only home of xlrd."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

import xlrd

from pipeline.errors import Rejected

_ROWS = 100_000
_COLUMNS = 1_000


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """Rows of cell texts; rows without any text are left out."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def worksheets(path: Path, *, first: int = 1, last: int | None = None) -> list[Worksheet]:
    """The sheets from first to last, counted from 1. Raises Rejected "encrypted" or "corrupt"."""
    with _opened(path) as book:
        chosen = range(first - 1, min(book.nsheets, last or book.nsheets))
        return [Worksheet(name=book.sheet_names()[i], rows=tuple(_rows(book.sheet_by_index(i), book))) for i in chosen]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with xlrd.open_workbook(path, on_demand=True, logfile=io.StringIO()) as book:
            yield book
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Rejected("encrypted", "the workbook asks for a password") from error
        raise Rejected("corrupt", "this is not a workbook that can be read") from error
    except (xlrd.compdoc.CompDocError, AssertionError, IndexError, KeyError, ValueError, OSError) as error:
        raise Rejected("corrupt", "the workbook is damaged") from error


def _rows(sheet: Any, book: Any) -> Iterator[tuple[str, ...]]:
    for index in range(min(sheet.nrows, _ROWS)):
        row = tuple(_text(each, book.datemode) for each in sheet.row(index)[:_COLUMNS])
        if any(row):
            yield row


def _text(cell: Any, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, datemode)
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return str(cell.value)
        return str(moment.date() if moment.time() == time.min else moment)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return str(f"{cell.value:.15g}")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    return " ".join(str(cell.value).split())
