"""Sender, recipient and date of a letter, headers of a mail; pure."""

import re

from . import dates, names, parties
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, Spot, spots
from .values import FieldValue

HEADER_LINES = 40
SIGNATURE_LINES = 5
HEAD_LINES = 5

_CLOSING = re.compile(
    r"^\W{0,3}(?:yours|sincerely|best|kind|warm|with (?:best|kind|warm)|regards|respectfully|very truly|cordially"
    r"|love|mit (?:freundlich|best)|hochachtungsvoll|freundliche|viele|herzliche"
    r"|cordialement|bien à|atentamente|un saludo|cordiali|distinti|met vriendelijke|hoogachtend|thank you|sincères"
    r"|veuillez|je vous prie)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^\W{0,3}(?:dear|sehr geehrte[rs]?|lieber?|hallo|cher|chère|estimad[oa]|gentile|geachte|beste)\s+([^,:!\n]{2,60})",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:sir|madam|damen|herren|hiring|customer|all|parents|madame|monsieur|señores|heer|mevrouw|friend|friends"
    r"|colleagues)\b",
    re.IGNORECASE,
)
_HEADER_END = re.compile(r"[\r\n]")


def header(context: Context, described: Described) -> FieldValue | None:
    """The text after From:, To:, Subject: or Date: at the beginning of one of the first lines."""
    is_date = described.get("format") == "date"
    for label in described.get("x-labels", ()):
        pattern = re.compile(rf"^\W{{0,3}}(?:{label})\s?:\s{{0,8}}(\S.*)$", re.IGNORECASE)
        for line in context.read[:HEADER_LINES]:
            found = pattern.match(line.text)
            if found:
                value = _header_value(found[1], is_date, context)
                if value:
                    box = Spot(line=line, index=len(line.segments) - 1).box
                    return FieldValue(value=value, page=line.page, quote=found[1].strip(), box=box, confidence=0.95)
    return None


def attachment_count(context: Context, _: Described) -> FieldValue:
    return FieldValue(value=context.enclosed, confidence=1.0)


def sender(context: Context, _: Described) -> FieldValue | None:
    """The organisation of the letterhead, else the name under the closing, else the first address block."""
    signed = _signature(context.read)
    blocks = parties.addressees(context.read)
    head = parties.letterhead(context.read, but_not=blocks[0].read.value if blocks else "")
    organised = head if head and names.is_company(head.read.value) and head.spot.line.number < HEAD_LINES else None
    options = [organised, signed, blocks[0] if len(blocks) > 1 else None, head, *blocks[:1]]
    best = next((each for each in options if each), None)
    return best.to_value() if best else None


def recipient(context: Context, _: Described) -> FieldValue | None:
    """The head of the address block that is not the sender's, else the name in the salutation."""
    from_whom = context.known("sender").casefold()
    found = [each for each in parties.addressees(context.read) if each.read.value.casefold() != from_whom]
    best = found[0] if found else _greeted(context.read)
    return best.to_value() if best else None


def letter_date(context: Context, described: Described) -> FieldValue | None:
    """The first date above or below the letter: before the salutation where there is one."""
    labelled = candidates(described.get("x-labels", ()), context.read[:25], context.reader("date"))
    if labelled:
        return labelled[0].to_value()
    for line in context.read:
        for spot in spots(line):
            for each in dates.find(spot.text, days_first=context.days_first)[:1]:
                read = Read(value=each.value, start=each.start, end=each.end)
                return Candidate(read=read, spot=spot, score=0.6, label="").to_value()
    return None


def _header_value(text: str, is_date: bool, context: Context) -> str | None:
    if not is_date:
        return " ".join(text.split())
    found = next(iter(dates.find(text, days_first=context.days_first)), None)
    return found.value if found else None


def _signature(read: tuple[Line, ...]) -> Candidate | None:
    for line in reversed(read):
        if _CLOSING.match(line.text) and len(line.text) < 60:
            for under in read[line.number + 1 : line.number + 1 + SIGNATURE_LINES]:
                candidate = parties.named_at(Spot(line=under, index=0), 0.6)
                if candidate and len(candidate.read.value.split()) <= 5:
                    return candidate
    return None


def _greeted(read: tuple[Line, ...]) -> Candidate | None:
    for line in read:
        for spot in spots(line):
            found = _SALUTATION.match(spot.text)
            if found and not _NOBODY.search(found[1]) and names.is_name(found[1]):
                value = Read(value=found[1].strip(), start=found.start(1), end=found.start(1) + len(found[1].strip()))
                return Candidate(read=value, spot=spot, score=0.5, label="")
    return None
