"""The first text of documents without pages: text, markup, mail, Office."""

import io
import re
from collections.abc import Callable
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from pipeline import legacy, mail, markup, office, spreadsheets
from pipeline.decoding import decoded, first_bytes
from pipeline.errors import Rejected

OOXML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
EXCEL_97 = "application/vnd.ms-excel"

_FIRST_BYTES = 1024 * 1024
_FIRST_BYTES_OF_MAIL = 128 * 1024
_FIRST_SHEETS = 3
_CHARSET = re.compile(rb"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


def first_text(path: Path, media_type: str, *, chars: int) -> tuple[str, tuple[str, ...]]:
    """About so many characters from the start, and the names of the files inside.

    Raises Rejected "encrypted", "corrupt", "archive-too-large", "unsupported-type" or "converter-missing".
    """
    if media_type.startswith((OOXML, OPEN_DOCUMENT)):
        return office.first_text(path, chars=chars), ()
    if media_type not in _READERS:
        raise Rejected("unsupported-type", f"documents of type {media_type} cannot be read")
    text, embedded = _READERS[media_type](path, media_type)
    return text[:chars], embedded


def _plain(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return decoded(first_bytes(path, _FIRST_BYTES)), ()


def _html(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    data = first_bytes(path, _FIRST_BYTES)
    declared = _CHARSET.search(data[:2048])
    return markup.text_of_html(decoded(data, declared[1].decode() if declared else None)), ()


def _xml(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return text_of_xml(first_bytes(path, _FIRST_BYTES), whole=path.stat().st_size < _FIRST_BYTES), ()


def text_of_xml(data: bytes, *, whole: bool = True) -> str:
    """A line "name: text" for each element with text of its own; whole is false where the end of the data is cut off.

    Raises Rejected "corrupt".
    """
    root = None
    try:
        for _, element in iterparse(io.BytesIO(data), events=("start",)):
            root = element if root is None else root
    except DefusedXmlException as error:
        raise Rejected("corrupt", "the XML declares entities") from error
    except (ParseError, ValueError) as error:
        if whole or root is None:
            raise Rejected("corrupt", "this is not well-formed XML") from error
    elements = () if root is None else root.iter()
    named = ((str(each.tag).rpartition("}")[2], " ".join((each.text or "").split())) for each in elements)
    return "\n".join(f"{name}: {text}" for name, text in named if text)


def _mail(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    message = mail.read(path, media_type, most=_FIRST_BYTES_OF_MAIL)
    return message.text, tuple(each.filename for each in message.enclosures)


def _workbook(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    sheets = spreadsheets.worksheets(path, last=_FIRST_SHEETS)
    return "\n".join("\t".join(row) for sheet in sheets for row in sheet.rows), ()


_Reader = Callable[[Path, str], tuple[str, tuple[str, ...]]]


def _legacy(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return "\n".join(legacy.pages(path, media_type)), ()


def _rich_text(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return legacy.rich_text(first_bytes(path, _FIRST_BYTES)), ()


_READERS: dict[str, _Reader] = {
    "text/plain": _plain,
    "text/markdown": _plain,
    "text/csv": _plain,
    "text/html": _html,
    "application/xml": _xml,
    "text/xml": _xml,
    "message/rfc822": _mail,
    mail.OUTLOOK: _mail,
    EXCEL_97: _workbook,
    **dict.fromkeys(legacy.TYPES - legacy.RICH_TEXT, _legacy),
    **dict.fromkeys(legacy.RICH_TEXT, _rich_text),
}
