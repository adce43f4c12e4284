"""Whether text says what is on the page, or only noise: lost fonts, an old scanner, an unknown script; pure."""

import re
import unicodedata
from collections.abc import Iterable

_ENOUGH_SIGNS = 16
_ENOUGH_WORDS = 20
_ODD_SHARE = 0.3
_NOISE_SHARE = 0.09
_LATIN_SHARE = 0.8
_ENOUGH_HEIGHTS = 20
_SIGNS_IN_A_HEIGHT = 1.0
"""A line of OCR holds 1.2 to 3 Latin letters in its height; Chinese count twice and come to 2 and more."""
_SURE = 0.8
_READ_SHARE = 0.5
"""Of poor scans of receipts and forms 0.7 and more is read, of scripts that OCR does not know 0.3 and less."""

_GLYPHS = re.compile(r"GLYPH<[^>]*>|(?:/[gG]\d+){2,}")
_WORD = re.compile(
    r"[\"'“‘(\[«]*(?:[^\W\d_]+(?:['’\-/&.][^\W\d_]+)*|[\d.,:/%$€£+\-–()#]+[a-zA-Z]{0,3}|\W{1,3})[\"'”’)\].,;:!?»%]*"
)
_INNER_CAPITAL = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")
_VOWEL = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûåø]", re.IGNORECASE)
_WORDS_OF_ONE = frozenset("aAIiyoOeuàÀéEAY&")


def unreadable(text: str) -> bool:
    """Are many characters no letters of any script: fonts without a table of their characters?"""
    signs = [c for c in _GLYPHS.sub("\ufffd", text) if not c.isspace()]
    odd = sum(unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or c == "\ufffd" for c in signs)
    return len(signs) >= _ENOUGH_SIGNS and odd > _ODD_SHARE * len(signs)


def noisy(text: str) -> bool:
    """Is a text in Latin letters full of words that are none? Only to be asked where a page is a picture of itself."""
    words = text.split()
    letters = [c for c in text if c.isalpha()]
    latin = sum(c < "\u0250" for c in letters)
    if len(words) < _ENOUGH_WORDS or latin < _LATIN_SHARE * len(letters):
        return False
    return sum(map(_noise, words)) > _NOISE_SHARE * len(words)


def unread(lines: Iterable[tuple[str, float, float]]) -> bool:
    """Did OCR see writing, but for most of its length find too few characters, or none it is sure of?

    lines are text, score between 0 and 1, and length in heights of the line. Greek counts as not read, since the
    engine knows its letters without their accents only.
    """
    seen = read = 0.0
    for text, score, length in lines:
        seen += length
        if score >= _SURE and sum(map(_breadth, text)) >= _SIGNS_IN_A_HEIGHT * length:
            read += length
    return seen >= _ENOUGH_HEIGHTS and read < _READ_SHARE * seen


def _breadth(char: str) -> int:
    if char.isspace() or "\u0370" <= char < "\u0400":
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def _noise(word: str) -> float:
    if len(word) == 1:
        return 0.7 if word.isalpha() and word not in _WORDS_OF_ONE else 0.0
    voiceless = len(word) > 3 and word.isalpha() and not _VOWEL.search(word)
    return float(not _WORD.fullmatch(word) or bool(_INNER_CAPITAL.search(word)) or voiceless)
