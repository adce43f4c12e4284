"""The first text of documents without pages: text, markup, mail, Office."""

import re
from collections.abc import Callable
from pathlib import Path

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from pipeline import legacy, mail, markup, office, spreadsheets
from pipeline.decoding import decoded
from pipeline.errors import Rejected

OOXML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
EXCEL_97 = "application/vnd.ms-excel"

_FIRST_BYTES = 1024 * 1024
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


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(_FIRST_BYTES)
    # A cut character at the end would make the whole text undecodable.
    return data if len(data) < _FIRST_BYTES else data[: data.rfind(b"\n") + 1] or data


def _plain(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return decoded(_first_bytes(path)), ()


def _html(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    data = _first_bytes(path)
    declared = _CHARSET.search(data[:2048])
    return markup.text_of_html(decoded(data, declared[1].decode() if declared else None)), ()


def _xml(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return text_of_xml(path.read_bytes()), ()


def text_of_xml(data: bytes) -> str:
    """A line "name: text" for each element with text of its own. Raises Rejected "corrupt"."""
    try:
        root = fromstring(data)
    except DefusedXmlException as error:
        raise Rejected("corrupt", "the XML declares entities") from error
    except (ParseError, ValueError) as error:
        raise Rejected("corrupt", "this is not well-formed XML") from error
    named = ((str(each.tag).rpartition("}")[2], " ".join((each.text or "").split())) for each in root.iter())
    return "\n".join(f"{name}: {text}" for name, text in named if text)


def _mail(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    message = mail.read(path, media_type)
    return message.text, tuple(each.filename for each in message.enclosures)


def _workbook(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    sheets = spreadsheets.worksheets(path, last=_FIRST_SHEETS)
    return "\n".join("\t".join(row) for sheet in sheets for row in sheet.rows), ()


_Reader = Callable[[Path, str], tuple[str, tuple[str, ...]]]


def _legacy(path: Path, media_type: str) -> tuple[str, tuple[str, ...]]:
    return "\n".join(legacy.pages(path, media_type)), ()


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
    **dict.fromkeys(legacy.TYPES, _legacy),
}
