"""Who signs a letter: the name after its closing; pure."""

import re
from dataclasses import replace

from . import names, parties
from .kinds import Read
from .labels import Candidate
from .lines import Line, Spot

SIGNATURE_LINES = 5
CLOSING_CHARS = 130

_CLOSING = re.compile(
    r"^\W{0,3}(?:yours|sincerely|best|kind|warm|with (?:best|kind|warm|love)|regards|respectfully|very truly"
    r"|cordially|love\b"
    r"|mit (?:freundlich|best)|hochachtungsvoll|freundliche|viele|herzliche|cordialement|bien à|atentamente"
    r"|un saludo|saludos"
    r"|cordiali|distinti|met vriendelijke|hoogachtend|sincères|veuillez (?:agréer|recevoir)|je vous prie d)"
    r"|\b(?:salutations distinguées|distinti saluti|cordiali saluti|met vriendelijke groet)\b",
    re.IGNORECASE,
)
_CLOSING_WITH_NAME = re.compile(
    r"(?:[Ss]incerely|[Rr]egards|[Ss]aluti|[Ss]aludos|[Gg]roet|[Gg]rüßen|[Aa]tentamente|[Cc]ordialement),?\s{1,3}"
    r"((?:[A-Z][\w.'’-]{0,20}\s?){2,4})$"
)


def signature(read: tuple[Line, ...]) -> Candidate | None:
    """The name after a closing, on its line or below it; a title behind a comma is cut off."""
    for line in reversed(read):
        if not _CLOSING.search(line.text) or len(line.text) > CLOSING_CHARS:
            continue
        inline = _CLOSING_WITH_NAME.search(line.text)
        if inline:
            return parties.named_at(Spot(line=line, index=0), 0.6, inline.start(1))
        for under in read[line.number + 1 : line.number + 1 + SIGNATURE_LINES]:
            candidate = parties.named_at(Spot(line=under, index=0), 0.6)
            if candidate and candidate.read.value[0].isupper() and len(candidate.read.value.split()) <= 6:
                return _without_title(candidate)
    return None


def _without_title(candidate: Candidate) -> Candidate:
    name, _, _ = candidate.read.value.partition(",")
    if names.is_company(candidate.read.value) or len(name.split()) < 2:
        return candidate
    read = Read(value=name, start=candidate.read.start, end=candidate.read.start + len(name))
    return replace(candidate, read=read)
