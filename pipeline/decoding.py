"""Bytes of a text of unknown encoding become a string."""

import unicodedata
from pathlib import Path

import charset_normalizer

from pipeline.errors import Rejected
from pipeline.texttype import MARKS, WIDE

_PROBE_BYTES = 64 * 1024
_SHIFT_JIS_SHARE = 0.1


def first_bytes(path: Path, most: int) -> bytes:
    """The beginning of a text; a longer one is cut after a line, since half a character would undo the decoding."""
    with path.open("rb") as stream:
        data = stream.read(most)
    return data if len(data) < most else data[: data.rfind(b"\n") + 1] or data


def decoded(data: bytes, declared: str | None = None) -> str:
    """Text with \\n as line break: byte order mark, declared encoding, UTF-8, wide, cp932, cp1252, then a detector.

    Raises Rejected "corrupt" when nothing decodes it.
    """
    text = _by_mark(data) or _as(data, declared) or _as(data, "utf-8") or _wide(data) or _single(data)
    if text is None:
        raise Rejected("corrupt", "the text is in no encoding we can read")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _by_mark(data: bytes) -> str | None:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    return None


def _as(data: bytes, encoding: str | None) -> str | None:
    """The text, or None when it does not decode or decodes to what no text holds."""
    if not encoding:
        return None
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    return text if text.count("\x00") * 20 <= len(text) else None


def _wide(data: bytes) -> str | None:
    if b"\x00" not in data[:_PROBE_BYTES]:
        return None
    return next((text for encoding in WIDE if (text := _as(data, encoding)) and _readable(text)), None)


def _single(data: bytes) -> str | None:
    if b"\x00" in data[:_PROBE_BYTES]:
        return None
    japanese, western = _as(data, "cp932"), _as(data, "cp1252")
    if japanese and (western is None or _japanese(japanese) > _SHIFT_JIS_SHARE):
        return japanese if _readable(japanese) else _detected(data)
    return western or _detected(data)


def _detected(data: bytes) -> str | None:
    best = charset_normalizer.from_bytes(data[: 16 * _PROBE_BYTES]).best()
    return data.decode(best.encoding, errors="replace") if best else None


def _japanese(text: str) -> float:
    """The share of kana and CJK ideographs; half-width katakana does not count: cp1252 accents decode to it."""
    return sum("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in text) / len(text)


def _readable(text: str) -> bool:
    probe = text[:4096]
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and c not in "\t\r\n\f" for c in probe)
    return odd * 50 <= len(probe)
