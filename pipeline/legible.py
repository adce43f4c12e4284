"""Whether a text layer says what is on the page, or only noise: lost fonts, the errors of an old scanner; pure."""

import re
import unicodedata

_ENOUGH_SIGNS = 16
_ENOUGH_WORDS = 20
_ODD_SHARE = 0.3
_NOISE_SHARE = 0.09
_LATIN_SHARE = 0.8

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


def _noise(word: str) -> float:
    if len(word) == 1:
        return 0.7 if word.isalpha() and word not in _WORDS_OF_ONE else 0.0
    voiceless = len(word) > 3 and word.isalpha() and not _VOWEL.search(word)
    return float(not _WORD.fullmatch(word) or bool(_INNER_CAPITAL.search(word)) or voiceless)
