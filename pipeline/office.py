"""The first text of Office and OpenDocument files, and whether their archive may be opened at all.

The files are zip archives of XML: members are streamed, never unpacked to disk, and no entity is expanded.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from pipeline.errors import Rejected

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
ARCHIVE_BYTES = 512 * 1024 * 1024
_XML_BYTES = 128 * 1024 * 1024
_MEMBERS = 20_000
_MOST_EVENTS = 400_000
"""Tags read for the first text: parts that hold none would else be read to their end."""
_DAMAGED = (zipfile.BadZipFile, ParseError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)

_PARTS = re.compile(
    r"word/header\d*\.xml|word/document\d*\.xml|ppt/slides/slide\d+\.xml|xl/worksheets/sheet\d+\.xml|content\.xml"
)
_NUMBER = re.compile(r"\d+")
_LINE_ENDS = frozenset({"p", "h", "row", "tr", "table-row"})
_CELL_ENDS = frozenset({"tc", "table-cell", "c"})


@contextmanager
def opened(path: Path, *, max_bytes: int = ARCHIVE_BYTES) -> Iterator[zipfile.ZipFile]:
    """The archive of an Office file. Raises Rejected "encrypted", "corrupt" or "archive-too-large"."""
    with path.open("rb") as stream:
        if stream.read(8) == OLE_SIGNATURE:
            raise Rejected("encrypted", "the Office file asks for a password")
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, max_bytes)
            yield archive
    except DefusedXmlException as error:
        raise Rejected("corrupt", "the XML inside declares entities, which no Office file does") from error
    except _DAMAGED as error:
        raise Rejected("corrupt", "the archive of the Office file is damaged") from error


def _check(archive: zipfile.ZipFile, max_bytes: int) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise Rejected("encrypted", "the archive of the Office file asks for a password")
    unpacked = sum(member.file_size for member in members)
    if unpacked > max_bytes:
        raise Rejected("archive-too-large", f"the archive unpacks to {unpacked} bytes; at most {max_bytes} are allowed")
    largest = max((m.file_size for m in members if m.filename.endswith(".xml")), default=0)
    if largest > _XML_BYTES:
        raise Rejected("archive-too-large", f"one part unpacks to {largest} bytes; at most {_XML_BYTES} are allowed")
    if len(members) > _MEMBERS:
        raise Rejected("archive-too-large", f"the archive has {len(members)} members; at most {_MEMBERS} are allowed")
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as manifest:
            if b"encryption-data" in manifest.read(1024 * 1024):
                raise Rejected("encrypted", "the document asks for a password")


def first_text(path: Path, *, chars: int) -> str:
    """About so many characters from the start; a line for a paragraph or row, a tab between cells.

    Raises Rejected "encrypted", "corrupt" or "archive-too-large".
    """
    with opened(path) as archive:
        names = sorted(filter(_PARTS.fullmatch, archive.namelist()), key=_reading_order)
        if not names:
            raise Rejected("corrupt", "the archive holds no document")
        shared = _shared_strings(archive, chars) if names[0].startswith("xl/") else []
        budget = iter(range(_MOST_EVENTS))
        pieces: list[str] = []
        length = 0
        for piece in chain.from_iterable(_pieces(archive, name, shared, budget) for name in names):
            pieces.append(piece)
            length += len(piece)
            if length >= chars:
                break
        return "".join(pieces)[:chars]


def _reading_order(name: str) -> tuple[bool, int]:
    number = _NUMBER.search(name)
    return ("header" not in name, int(number.group()) if number else 0)


def _pieces(archive: zipfile.ZipFile, name: str, shared: list[str], budget: Iterator[int]) -> Iterator[str]:
    kind, in_cell = "", 0
    with archive.open(name) as stream:
        for _, (event, element) in zip(budget, iterparse(stream, events=("start", "end")), strict=False):
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                kind = element.get("t", "") if tag == "c" else kind
                in_cell += tag in _CELL_ENDS
                continue
            if tag in ("t", "v") and element.text:
                yield _value(element.text, kind if tag == "v" else "", shared)
            elif tag in _CELL_ENDS:
                in_cell -= 1
                yield "\t"
            elif tag in ("p", "h") and name == "content.xml":
                yield "".join(element.itertext()) + (" " if in_cell else "\n")
            elif tag in _LINE_ENDS:
                yield " " if in_cell else "\n"
            if tag in _LINE_ENDS or tag in _CELL_ENDS:
                element.clear()


def _value(text: str, kind: str, shared: list[str]) -> str:
    if kind == "s" and text.isdigit():
        return shared[int(text)] if int(text) < len(shared) else ""
    return text


def _shared_strings(archive: zipfile.ZipFile, chars: int) -> list[str]:
    """The shared strings of a workbook as far as the first cells may need them."""
    strings: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        with archive.open("xl/sharedStrings.xml") as stream:
            for _, (_, element) in zip(range(_MOST_EVENTS), iterparse(stream, events=("end",)), strict=False):
                if element.tag.endswith("}si"):
                    strings.append("".join(t.text or "" for t in element.iter() if t.tag.endswith("}t")))
                    element.clear()
                if len(strings) >= 4 * chars:
                    break
    return strings
