"""The type of an upload is what is in it."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UnsupportedType
from pipeline.mediatype import EDGE_BYTES, SHEET, SLIDES, WORD, Glimpse, media_type, needs_all, ole_directory
from pipeline.texttype import as_text, text_type

MAIL = "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\n"
RTF = rb"{\rtf1\ansi Hello}"
UNREADABLE_TEXT = "Straße, Größe, naïve: plain text of a Western language.\n"


def archive(*names: str, mimetype: str | None = None, filler: int = 0) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        if mimetype:
            made.writestr("mimetype", mimetype, compress_type=zipfile.ZIP_STORED)
        if filler:
            made.writestr("filler.bin", bytes(filler), compress_type=zipfile.ZIP_STORED)
        for name in names:
            made.writestr(name, "<x/>")
    return content.getvalue()


def ole(*entries: str, sector: int = 0) -> bytes:
    """An OLE header whose directory begins at a sector of 512 bytes, and that directory."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, sector)
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *entries))
    return bytes(header) + bytes(512 * sector) + directory


def glimpse(content: bytes) -> Glimpse:
    start = ole_directory(content[:EDGE_BYTES])
    directory = content[start : start + 4096] if start is not None else b""
    return Glimpse(head=content[:EDGE_BYTES], tail=content[-EDGE_BYTES:], directory=directory)


@pytest.mark.parametrize(
    ("content", "filename", "expected"),
    [
        (b"%PDF-1.7\n...", "a.bin", "application/pdf"),
        (b"\n\xa0\xa4%PDF-1.5\n1 0 obj", "a.pdf", "application/pdf"),
        (b"3 0 obj<</Type/Page>>endobj", "a.pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20), "a.pdf", "image/jpeg"),
        (b"II*\x00\x08\x00\x00\x00" + bytes(20), "scan", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08" + bytes(20), "scan", "image/tiff"),
        (b"GIF89a" + bytes(20), "a", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), "a", "image/webp"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00" + bytes(40), "a.bmp", "image/bmp"),
        (archive("[Content_Types].xml", "word/document.xml"), "a.bin", WORD),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "a.docx", SHEET),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), "a", SLIDES),
        (archive("word/document.xml", filler=200_000), "a", WORD),
        (archive("word/document.xml")[:60], "a.docx", WORD),
        (
            archive("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "a",
            "application/vnd.oasis.opendocument.text",
        ),
        (ole("WordDocument"), "a", "application/msword"),
        (ole("Workbook", sector=300), "a", "application/vnd.ms-excel"),
        (ole("PowerPoint Document"), "a", "application/vnd.ms-powerpoint"),
        (ole("__substg1.0_001A001F", "WordDocument"), "a", "application/vnd.ms-outlook"),
        (ole("Workbook", "WordDocument"), "a.xls", "application/vnd.ms-excel"),
        (ole("EncryptionInfo", "EncryptedPackage"), "a.xlsx", SHEET),
        (b"", "a.txt", "text/plain"),
        (MAIL.encode(), "a.txt", "message/rfc822"),
        (b"From jo Thu Feb 22 11:20:31 2007\r\n" + MAIL.encode(), "a", "message/rfc822"),
        (b"<!DOCTYPE html><html></html>", "a.txt", "text/html"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='x'></html>", "a.xml", "text/html"),
        (b"<?xml version='1.0'?><Invoice/>", "a", "application/xml"),
        (RTF, "a.doc", "application/rtf"),
        (b"a;b;c\n1;2;3\n4;5;6\n", "export", "text/csv"),
        (b"a,b\n1\n1,2,3\n", "ragged.csv", "text/csv"),
        (b"a;b;c\n1;2;3\n4;5;6\n", "export.xls", "text/csv"),
        (b"# Title\n\n[link](https://example.org)\n", "readme", "text/markdown"),
        (b"plain\n", "notes.md", "text/markdown"),
        (b"Dear Sir,\n\nno.\n", "letter", "text/plain"),
        (UNREADABLE_TEXT.encode("cp1252"), "a.txt", "text/plain"),
        (UNREADABLE_TEXT.encode("utf-16"), "a.txt", "text/plain"),
        (UNREADABLE_TEXT.encode("utf-16-be"), "a.txt", "text/plain"),
        (UNREADABLE_TEXT.encode("utf-32"), "a.txt", "text/plain"),
        ("名前,住所\n山田,東京\n".encode("cp932"), "a.csv", "text/csv"),
        (b"To: all staff\nSubject: coffee\n\nNo more coffee.\n", "memo.txt", "text/plain"),
        (b"To: all staff\nSubject: coffee\n\nNo more coffee.\n", "memo.eml", "message/rfc822"),
    ],
)
def test_the_type_is_found_by_content(content: bytes, filename: str, expected: str) -> None:
    assert media_type(glimpse(content), filename) == expected


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100), "setup.exe"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "a.pdf"),
        (b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(100), "a.mp3"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(100), "a.wav"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "a.mp4"),
        (archive("a.txt", "b.txt"), "a.zip"),
        (archive("a.txt"), "a.docx"),
        (archive("META-INF/container.xml", mimetype="application/epub+zip"), "a.epub"),
        (ole("Whatever"), "a.bin"),
        (b"not a PDF at all", "a.pdf"),
        (b"\x1f\x8b\x08\x00" + bytes(100), "a.gz"),
        (bytes(range(256)) * 4, "a.txt"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, filename: str) -> None:
    with pytest.raises(UnsupportedType) as refusal:
        media_type(glimpse(content), filename)
    assert refusal.value.code == "unsupported-type"


def test_only_archives_and_ole_files_need_more_than_their_head() -> None:
    assert needs_all(archive("word/document.xml"))
    assert needs_all(ole("WordDocument"))
    assert not needs_all(b"%PDF-1.4")


@given(st.binary(max_size=2000), st.sampled_from(["a.pdf", "a.txt", "a", "a.docx", "a.msg", "a.csv"]))
def test_any_bytes_have_a_type_or_are_refused(content: bytes, filename: str) -> None:
    with suppress(UnsupportedType):
        assert "/" in media_type(glimpse(content), filename)


@given(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x24F), min_size=1),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_marked_texts_of_every_encoding_are_texts(text: str, encoding: str) -> None:
    assert as_text(text.encode(encoding)) == text


def test_a_cut_character_at_the_end_does_not_make_a_text_unreadable() -> None:
    assert as_text("naïve".encode()[:3]) == "na"


def test_a_table_needs_three_even_lines() -> None:
    assert text_type("a,b\nc,d\n", "") == "text/plain"
    assert text_type("a,b\nc,d\ne,f\n", "") == "text/csv"
