"""The media type of an upload, by what is in it; the name only breaks ties among texts. Pure; the home of puremagic."""

import re
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic

from .errors import UnsupportedType
from .texttype import as_text, text_type

EDGE_BYTES = 65_536
"""So much of both ends is looked at: signatures and member names stand there."""

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
OLE_DIRECTORY_BYTES = 4_096
OOXML = "application/vnd.openxmlformats-officedocument."
WORD, SLIDES, SHEET = (
    OOXML + part for part in ("wordprocessingml.document", "presentationml.presentation", "spreadsheetml.sheet")
)
IMAGES = frozenset({"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp", "image/gif"})
PICTURE_ALIASES = {"image/x-ms-bmp": "image/bmp", "image/x-bmp": "image/bmp", "image/jpg": "image/jpeg"}
OOXML_FOLDERS = {"word/": WORD, "ppt/": SLIDES, "xl/": SHEET}
OOXML_NAMES = {".docx": WORD, ".pptx": SLIDES, ".xlsx": SHEET}
OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
OLE_ENTRIES = {
    "__substg1.0_": "application/vnd.ms-outlook",
    "__properties_version1.0": "application/vnd.ms-outlook",
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
}
OLE_NAMES = {
    ".doc": "application/msword",
    ".ppt": "application/vnd.ms-powerpoint",
    ".xls": "application/vnd.ms-excel",
    ".msg": "application/vnd.ms-outlook",
}
BINARY_NAMES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"}) | frozenset(
    {".odt", ".ods", ".odp", *OOXML_NAMES, *OLE_NAMES}
)
"""Names that promise a format which no plain text has."""


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """What was seen of a content as it passed: both ends, and the directory of an OLE file."""

    head: bytes
    tail: bytes = b""
    directory: bytes = b""


def ole_directory(head: bytes) -> int | None:
    """Where the directory of an OLE file begins, in bytes; None for anything else."""
    if not head.startswith(OLE_SIGNATURE) or len(head) < 52:
        return None
    (shift,) = struct.unpack_from("<H", head, 30)
    (sector,) = struct.unpack_from("<I", head, 48)
    return int((sector + 1) << shift) if shift in (9, 12) else None


def needs_all(head: bytes) -> bool:
    """Does the type depend on more than the head?"""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", OLE_SIGNATURE))


def media_type(seen: Glimpse, filename: str) -> str:
    """Raises UnsupportedType for what is no document we read: programs, audio, video, archives, unknown bytes."""
    extension = PurePosixPath(filename.lower()).suffix
    if is_pdf(seen.head):
        return "application/pdf"
    if seen.head.startswith(OLE_SIGNATURE):
        return ole_type(seen, extension)
    if needs_all(seen.head):
        return zip_type(seen, extension)
    text = as_text(seen.head)
    if text is None:
        return picture_type(seen.head)
    kind = text_type(text, extension)
    if extension in BINARY_NAMES and kind in ("text/plain", "text/markdown"):
        raise UnsupportedType(f"the name ends in {extension}, but the content is plain text")
    return kind


def is_pdf(head: bytes) -> bool:
    """A damaged PDF may have bytes before its header, or have lost it: readers repair both."""
    if head.startswith(b"%PDF-") or re.match(rb"\s*\d+ \d+ obj\b", head):
        return True
    return b"%PDF-" in head[:1024] and b" obj" in head


def picture_type(head: bytes) -> str:
    try:
        found = [each.mime_type for each in puremagic.magic_string(head) if each.mime_type]
    except (puremagic.PureError, ValueError):
        found = []
    named: str | None = next((PICTURE_ALIASES.get(each, each) for each in found), None)
    if named not in IMAGES:
        raise UnsupportedType(f"the content is {named or 'of an unknown type'}, which is no document we read")
    return named


def ole_type(seen: Glimpse, extension: str) -> str:
    """An Office file with a password is an OLE file too: it keeps its type, so that it can be told what is wrong."""
    everything = seen.directory + seen.head + seen.tail
    if "EncryptedPackage".encode("utf-16-le") in everything:
        return OOXML_NAMES.get(extension, WORD)
    found = [kind for entry, kind in OLE_ENTRIES.items() if entry.encode("utf-16-le") in everything]
    named = OLE_NAMES.get(extension)
    # What is embedded in an OLE file shows its own entries too.
    if named and (named in found or not found):
        return named
    if found:
        return found[0]
    raise UnsupportedType("the content is an OLE file that is no document we read")


def member_names(seen: Glimpse) -> set[str]:
    """From local headers at the start and the directory at the end; a cut archive has only the former."""
    local = re.finditer(rb"PK\x03\x04.{22}(?P<length>..).{2}", seen.head, re.DOTALL)
    central = re.finditer(rb"PK\x01\x02.{24}(?P<length>..).{16}", seen.tail, re.DOTALL)
    names = [(each.string, each.end(), int.from_bytes(each["length"], "little")) for each in (*local, *central)]
    return {data[start : start + length].decode("utf-8", "replace") for data, start, length in names}


def zip_type(seen: Glimpse, extension: str) -> str:
    """OOXML by its main folder, OpenDocument by its first member, which says the type in plain."""
    declared = OPEN_DOCUMENT.search(seen.head[:256])
    if declared:
        return declared[0].decode()
    names = member_names(seen)
    for folder, kind in OOXML_FOLDERS.items():
        if any(name.startswith(folder) for name in names):
            return kind
    if "[Content_Types].xml" in names and extension in OOXML_NAMES:
        return OOXML_NAMES[extension]
    raise UnsupportedType("the content is a zip archive, not a document")


def of_content(content: bytes, filename: str) -> str:
    """The type of a content that is wholly here; raises UnsupportedType."""
    at = ole_directory(content)
    directory = content[at : at + OLE_DIRECTORY_BYTES] if at is not None else b""
    return media_type(Glimpse(head=content[:EDGE_BYTES], tail=content[-EDGE_BYTES:], directory=directory), filename)
