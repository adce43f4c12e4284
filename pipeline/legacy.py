"""The plain text of .doc, .ppt and .rtf files, where no LibreOffice carries them over. The home of olefile, striprtf.

Word: the pieces that the piece table in the table stream lists ([MS-DOC] 2.4.1). PowerPoint: the text atoms of the
document stream, slide by slide ([MS-PPT] 2.9).
"""

import itertools
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import olefile
from striprtf.striprtf import rtf_to_text

from pipeline.errors import Rejected

WORD_97 = "application/msword"
POWERPOINT_97 = "application/vnd.ms-powerpoint"
RICH_TEXT = frozenset({"application/rtf", "text/rtf"})
TYPES = frozenset({WORD_97, POWERPOINT_97}) | RICH_TEXT

_WORD_97_VERSION = 0x00C1
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_WORD_SIGNS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None})
_CONTROLS = re.compile("[\x00-\x08\x0f-\x1f]")

_SLIDE, _SLIDE_LIST, _SLIDE_MARK = 0x03EE, 0x0FF0, 0x03F3
_CHARS, _BYTES = 0x0FA0, 0x0FA8
_DOCUMENT = 0x03E8
_DAMAGED = (OSError, struct.error, IndexError, KeyError, UnicodeDecodeError, ValueError)


def pages(path: Path, media_type: str) -> list[str]:
    """The text of each slide, or the whole text. Raises Rejected "encrypted", "corrupt" or "converter-missing"."""
    if media_type in RICH_TEXT:
        return [rich_text(path.read_bytes())]
    if not olefile.isOleFile(path):
        raise Rejected("corrupt", "this is not an Office file")
    try:
        with olefile.OleFileIO(path) as file:
            if file.exists("EncryptedPackage") or file.exists("EncryptedSummary"):
                raise Rejected("encrypted", "the Office file asks for a password")
            if media_type == POWERPOINT_97:
                return slides_of(file.openstream("PowerPoint Document").read())
            tables = {name: file.openstream(name).read() for name in ("0Table", "1Table") if file.exists(name)}
            return [word_text(file.openstream("WordDocument").read(), tables)]
    except _DAMAGED as error:
        raise Rejected("corrupt", "the Office file is damaged") from error


def rich_text(data: bytes) -> str:
    read: Callable[..., str] = rtf_to_text
    return read(data.decode("cp1252", errors="replace"), errors="replace").strip()


def word_text(main: bytes, tables: dict[str, bytes]) -> str:
    """main is the stream WordDocument; tables are the streams 0Table and 1Table, as far as they are there.

    Paragraphs and rows are lines, a tab stands after a cell. Raises Rejected "encrypted" or "converter-missing".
    """
    version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 10)[0]
    if flags & _ENCRYPTED:
        raise Rejected("encrypted", "the document asks for a password")
    if version < _WORD_97_VERSION:
        raise Rejected("converter-missing", "a document of Word before 1997 needs LibreOffice, which is not installed")
    table = tables["1Table" if flags & _TABLE_1 else "0Table"]
    start, length = struct.unpack_from("<II", main, 0x01A2)
    text = "".join(_word_pieces(main, table[start : start + length]))
    text = _FIELD_CODE.sub("", text).replace("\x07\x07", "\n").replace("\x07", "\t").translate(_WORD_SIGNS)
    return _CONTROLS.sub("", text).strip()


def _word_pieces(main: bytes, complex_part: bytes) -> Iterator[str]:
    at = 0
    while complex_part[at] == 1:  # property modifiers stand before the piece table
        at += 3 + int(struct.unpack_from("<H", complex_part, at + 1)[0])
    (size,) = struct.unpack_from("<I", complex_part, at + 1)
    count = (size - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", complex_part, at + 5)
    if ends[-1] > len(main) or any(end < start for start, end in itertools.pairwise(ends)):
        raise ValueError("the piece table lists more text than there is")
    for number in range(count):
        (place,) = struct.unpack_from("<I", complex_part, at + 5 + 4 * (count + 1) + 8 * number + 2)
        length = ends[number + 1] - ends[number]
        if place & 0x40000000:
            start = (place & 0x3FFFFFFF) // 2
            yield main[start : start + length].decode("cp1252", errors="replace")
        else:
            yield main[place : place + 2 * length].decode("utf-16-le", errors="replace")


def slides_of(data: bytes) -> list[str]:
    """The text of each slide; titles and bodies stand in a list of all slides, other texts on the slides themselves."""
    outline: list[list[str]] = []
    drawn: list[list[str]] = []
    for kind, instance, content in _records(data):
        if kind == _SLIDE:
            drawn.append(list(_texts(content)))
        elif kind == _SLIDE_LIST and instance == 0:
            for inner, _, part in _flat(content):
                if inner == _SLIDE_MARK:
                    outline.append([])
                elif outline and inner in (_CHARS, _BYTES):
                    outline[-1].append(_text(inner, part))
    slides: Iterator[tuple[list[str], ...]] = itertools.zip_longest(outline, drawn, fillvalue=[])
    return ["\n".join(dict.fromkeys(filter(None, (*listed, *others)))) for listed, others in slides]


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Slides and lists of slides, in order, those inside a document too."""
    for record in _flat(data):
        # A document holds slides, and no document.
        inner = _flat(record[2]) if record[0] == _DOCUMENT else (record,)
        yield from (each for each in inner if each[0] in (_SLIDE, _SLIDE_LIST))


def _flat(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Type, instance and content of the records that follow each other."""
    at_byte = 0
    while at_byte + 8 <= len(data):
        head, kind, length = struct.unpack_from("<HHI", data, at_byte)
        yield kind, head >> 4, data[at_byte + 8 : at_byte + 8 + length]
        at_byte += 8 + length


def _texts(data: bytes) -> Iterator[str]:
    """All text atoms inside a container, however deep."""
    at_byte = 0
    while at_byte + 8 <= len(data):
        head, kind, length = struct.unpack_from("<HHI", data, at_byte)
        if kind in (_CHARS, _BYTES):
            yield _text(kind, data[at_byte + 8 : at_byte + 8 + length])
        # A container begins with its first record; anything else is passed over.
        at_byte += 8 if head & 0x0F == 0x0F else 8 + length


def _text(kind: int, content: bytes) -> str:
    text = content.decode("utf-16-le" if kind == _CHARS else "cp1252", errors="replace")
    return _CONTROLS.sub("", text.replace("\r", "\n").replace("\x0b", "\n")).strip()
