import struct
from pathlib import Path

import pytest

from pipeline.errors import Rejected
from pipeline.legacy import WORD_97, pages, slides_of, word_text

WIDE, NARROW = "Grüße an Łucja\r", "Tea\x072.00\x07\x07Jam\x073.00\x07\x07"


def main_stream(*, flags: int = 0, version: int = 0x00C1, table_bytes: int = 0) -> bytes:
    """A WordDocument stream: WIDE as UTF-16 at 1024, NARROW as cp1252 at 2048."""
    stream = bytearray(4096)
    struct.pack_into("<H", stream, 2, version)
    struct.pack_into("<H", stream, 10, flags)
    struct.pack_into("<II", stream, 0x01A2, 0, table_bytes)
    stream[1024 : 1024 + 2 * len(WIDE)] = WIDE.encode("utf-16-le")
    stream[2048 : 2048 + len(NARROW)] = NARROW.encode("cp1252")
    return bytes(stream)


def piece_table() -> bytes:
    ends = struct.pack("<3I", 0, len(WIDE), len(WIDE) + len(NARROW))
    descriptors = b"".join(struct.pack("<HIH", 0, place, 0) for place in (1024, 2048 * 2 | 0x40000000))
    modifier = b"\x01" + struct.pack("<H", 2) + b"xx"
    return modifier + b"\x02" + struct.pack("<I", len(ends + descriptors)) + ends + descriptors


def test_word_gives_paragraphs_and_cells_of_both_encodings() -> None:
    table = piece_table()
    text = word_text(main_stream(table_bytes=len(table)), {"0Table": table})
    assert text == "Grüße an Łucja\nTea\t2.00\nJam\t3.00"


@pytest.mark.parametrize(
    ("stream", "code"),
    [(main_stream(flags=0x0100), "encrypted"), (main_stream(version=0x0065), "converter-missing")],
    ids=["password", "word-95"],
)
def test_word_files_that_cannot_be_read_are_told_apart(stream: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        word_text(stream, {})
    assert caught.value.code == code


def record(kind: int, content: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0x0F if container else 0), kind, len(content)) + content


def chars(text: str) -> bytes:
    return record(0x0FA0, text.encode("utf-16-le"))


def test_slides_give_their_outline_and_the_boxes_drawn_on_them() -> None:
    mark = record(0x03F3, bytes(20))
    listed = record(0x0FF0, mark + chars("Results") + mark + record(0x0FA8, b"Outlook"), container=True)
    notes = record(0x0FF0, mark + chars("a note"), instance=2, container=True)
    shape = record(0xF00D, chars("a box"), container=True)
    slides = record(0x03EE, record(0xF004, shape, container=True), container=True) + record(0x03EE, b"", container=True)
    assert slides_of(record(0x03E8, listed + notes, container=True) + slides) == ["Results\na box", "Outlook"]


def test_a_document_within_a_document_is_passed_over() -> None:
    slide = record(0x03EE, chars("a box"), container=True)
    inner = record(0x03E8, slide, container=True)
    assert slides_of(record(0x03E8, inner + slide, container=True)) == ["a box"]


def test_a_piece_table_that_lists_more_text_than_there_is_is_damage() -> None:
    ends = struct.pack("<3I", 0, 4096, 8192)
    table = b"\x02" + struct.pack("<I", len(ends) + 16) + ends + struct.pack("<HIH", 0, 0x40000000, 0) * 2
    with pytest.raises(ValueError, match="more text"):
        word_text(main_stream(table_bytes=len(table)), {"0Table": table})


def test_damage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(b"no Office file")
    with pytest.raises(Rejected) as caught:
        pages(tmp_path / "a.doc", WORD_97)
    assert caught.value.code == "corrupt"
