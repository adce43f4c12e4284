"""Whether the text of a page is made of letters at all; pure."""

import unicodedata

_ENOUGH = 40
_ODD_SHARE = 0.3


def unsupported(text: str) -> bool:
    """Are many characters of no known letter: fonts without a table of their characters, private areas?"""
    signs = [c for c in text if not c.isspace()]
    odd = sum(unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs") or c == "\ufffd" for c in signs)
    return len(signs) >= _ENOUGH and odd > _ODD_SHARE * len(signs)
