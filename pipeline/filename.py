"""What a document is called: the name a sender gives, made safe to store and to show; pure."""

import unicodedata

FILENAME_CHARS = 255


def cleaned(given: str) -> str:
    """The last part of a path, without control characters, at most FILENAME_CHARS long, its extension kept."""
    visible = "".join(character for character in given if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
    name = unicodedata.normalize("NFC", visible).replace("\\", "/").rstrip("/").rpartition("/")[2].strip()
    if name in ("", ".", ".."):
        return "unnamed"
    stem, dot, extension = name.rpartition(".")
    if len(name) > FILENAME_CHARS and dot and len(extension) <= 16:
        return stem[: FILENAME_CHARS - len(extension) - 1] + dot + extension
    return name[:FILENAME_CHARS]
