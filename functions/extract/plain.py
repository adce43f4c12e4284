"""Formats that Docling has no part in: text, XML, mail, workbooks of Excel before 2007."""

from collections.abc import Iterator
from pathlib import Path

from pipeline import legacy, mail, spreadsheets
from pipeline.decoding import decoded
from pipeline.errors import Rejected
from pipeline.flowing import text_of_xml
from pipeline.model import DocumentWarning
from pipeline.pages import Page, Row
from pipeline.rows import row_of_texts, rows_of_text

from .converted import Attachment, Converted, Limits
from .marks import page_mark, table
from .precheck import PAGE_CHARS, check

ENGINE = "docstream-plain"
_NO_TEXT = DocumentWarning(code="no-text", message="the document holds no text")


def text(path: Path, media_type: str, limits: Limits) -> Converted:
    """Line breaks are kept. Raises Rejected."""
    check(path, media_type, limits)
    return _flowing(_bounded(decoded(path.read_bytes()), limits))


def xml(path: Path, media_type: str, limits: Limits) -> Converted:
    """A line for each element with text of its own. Raises Rejected."""
    check(path, media_type, limits)
    return _flowing(_bounded(text_of_xml(path.read_bytes()), limits))


def _bounded(content: str, limits: Limits) -> str:
    """Raises Rejected "too-large"."""
    most = limits.pages * PAGE_CHARS
    if len(content) > most:
        raise Rejected("too-large", f"the text has {len(content)} characters, the limit is {most}")
    return content


def letter(path: Path, media_type: str, limits: Limits, spool: Path) -> Converted:
    """A mail: its headers and body are the text, its files are spooled. Raises Rejected."""
    check(path, media_type, limits)
    message = mail.read(path, media_type)
    kept = message.enclosures[: limits.attachments]
    warnings = list(_mail_warnings(message, len(message.enclosures) - len(kept)))
    attachments = tuple(_spooled(each, spool / f"attachment-{n}") for n, each in enumerate(kept, start=1))
    return _flowing(message.text, warnings=warnings, attachments=attachments)


def _mail_warnings(message: mail.Mail, skipped: int) -> Iterator[DocumentWarning]:
    if message.sealed:
        yield DocumentWarning(code="partial-conversion", message="the body of the mail is encrypted")
    if not message.body and not message.enclosures:
        yield DocumentWarning(code="no-text", message="the mail has no body")
    if skipped:
        yield DocumentWarning(code="attachment-skipped", message=f"{skipped} attachments are more than are taken")


def _spooled(enclosure: mail.Enclosure, path: Path) -> Attachment:
    path.write_bytes(enclosure.content)
    return Attachment(filename=enclosure.filename, media_type=enclosure.media_type, path=path)


def workbook(path: Path, media_type: str, limits: Limits) -> Converted:
    """Each sheet is a page with one table. Raises Rejected."""
    check(path, media_type, limits)
    sheets = spreadsheets.worksheets(path, last=limits.pages)
    pages = tuple(_sheet_page(number, sheet) for number, sheet in enumerate(sheets, start=1))
    parts = (f"{page_mark(n)}\n\n## {sheet.name}\n\n{table(sheet.rows)}" for n, sheet in enumerate(sheets, start=1))
    return Converted(
        markdown="\n\n".join(parts) + "\n",
        structure="{}",
        pages=pages,
        warnings=() if any(page.rows for page in pages) else (_NO_TEXT,),
        attachments=(),
        engine=ENGINE,
        page_count=len(pages),
    )


def legacy_text(path: Path, media_type: str) -> Converted:
    """A document or slides of Office before 2007 without their tables and pictures. Raises Rejected."""
    texts = legacy.pages(path, media_type)
    pages = tuple(_page(number, rows_of_text(each)) for number, each in enumerate(texts, start=1))
    marks = [f"{page_mark(number)}\n\n" for number in range(1, len(texts) + 1)] if len(texts) > 1 else [""]
    plain = DocumentWarning(code="partial-conversion", message="read as plain text: LibreOffice is not installed")
    return Converted(
        markdown="\n\n".join(mark + each for mark, each in zip(marks, texts, strict=False)) + "\n",
        structure="{}",
        pages=pages,
        warnings=(plain, *(() if any(page.rows for page in pages) else (_NO_TEXT,))),
        attachments=(),
        engine=ENGINE,
        page_count=len(pages),
    )


def _sheet_page(number: int, sheet: spreadsheets.Worksheet) -> Page:
    return _page(number, tuple(row_of_texts(row) for row in sheet.rows))


def _page(number: int, rows: tuple[Row, ...]) -> Page:
    return Page(number=number, width=0, height=0, rows=rows, source="text" if rows else "none")


def _flowing(
    content: str, *, warnings: list[DocumentWarning] | None = None, attachments: tuple[Attachment, ...] = ()
) -> Converted:
    rows: tuple[Row, ...] = rows_of_text(content)
    empty = [] if rows else [_NO_TEXT]
    return Converted(
        markdown=content.strip() + "\n",
        structure="{}",
        pages=(_page(1, rows),),
        warnings=(*(warnings or ()), *empty),
        attachments=attachments,
        engine=ENGINE,
        page_count=1,
    )
