"""Sender, recipient and date of a letter, headers of a mail; pure."""

import re
from dataclasses import replace

from . import closings, dates, names, parties
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, Spot, spots
from .values import FieldValue

HEADER_LINES = 40
HEAD_LINES = 2
ABOVE_LINES = 8

_HONOURS = re.compile(r"^(?:the )?(?:right |most )?(?:hon(?:ou?rable)?\.?|reverend|rev\.) ", re.IGNORECASE)
_SALUTATION = re.compile(
    r"^\W{0,3}(?:dear|sehr geehrte[rs]?|geehrte[rs]?|lieber?|hallo|cher|chère|estimad[oa]s?|gentil[ei]|egregi[oa]?"
    r"|spettabile|geachte|beste|prezad[oa]|madame|monsieur)\s+([^,:!\n]{2,60})",
    re.IGNORECASE,
)
_GREETING = re.compile(
    rf"{_SALUTATION.pattern}|^\W{{0,3}}(?:(?:ladies and )?gentlemen|to whom it may concern|mesdames|madame|messieurs"
    r"|monsieur|sirs?|muy señor\w*|egregi signori)\b.{0,25}[:,]\W{0,2}$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:board|council|office|department|ministry|agency|authority|committee|commission|college|school|society|union"
    r"|federation|league|church|court|institut\w*|verein|verband|amt|stadt|gemeinde|mairie|commune|ville|comune"
    r"|ayuntamiento|gemeente)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:sir|madam|damen|herren|hiring|customer|all|parents|madame|monsieur|signora?|signor[ie]|señor[ae]s?"
    r"|señores|heer|mevrouw|friend|friends"
    r"|colleagues)\b",
    re.IGNORECASE,
)
_ANOTHER_LETTER = re.compile(
    r"(?:schreiben|brief|letter|courrier|e-?mail)s? (?:vom|of|dated|du)\W{0,3}$", re.IGNORECASE
)


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


def sender(context: Context, described: Described) -> FieldValue | None:
    """The organisation of the letterhead, else the name under the closing, else the first address block."""
    signed = closings.signature(context.read)
    blocks = parties.addressees(context.read)
    own = bool(blocks) and _is_letterhead(blocks[0], context)
    not_this = blocks[0].read.value if blocks and not own else ""
    head = parties.letterhead(context.read, but_not=not_this)
    first = parties.letterhead(context.read[:HEAD_LINES], but_not=not_this) if context.read else None
    organised = first if first and _is_organisation(first) else None
    options = [
        _header_name(context, described),
        organised,
        signed,
        blocks[0] if len(blocks) > 1 else None,
        head,
        *blocks[:1],
    ]
    best = next((each for each in options if each), None)
    return best.to_value() if best else None


def recipient(context: Context, described: Described) -> FieldValue | None:
    """The head of the address that is not the sender's, else what stands above the salutation, else its name."""
    from_whom = context.known("sender")
    greeting = next((line for line in context.read if _GREETING.match(line.text)), None)
    above = _above(context.read, greeting.number) if greeting else []
    greeted = _greeted(greeting, above) if greeting else None
    blocks = [each for each in parties.addressees(context.read) if not _is_letterhead(each, context)]
    named = _header_name(context, described)
    options = [*([named] if named else []), *blocks, *([greeted] if greeted else []), *above]
    best = next((each for each in options if not parties.same(each.read.value, from_whom)), None)
    return _without_honours(best).to_value() if best else None


def _header_name(context: Context, described: Described) -> Candidate | None:
    """The name behind From: or To: at the head of a memorandum, or in the column beside; Van Houten is a name."""
    labels = [rf"(?:{each})(?=\s*:|(?m:\s*$))" for each in described.get("x-labels", ())]
    return next(iter(parties.labelled(labels, context.read[: parties.HEAD_LINES])), None)


def _is_organisation(head: Candidate) -> bool:
    """A firm, or an office or a society that heads the page alone on its line."""
    alone = len(head.spot.line.segments) == 1
    return names.is_company(head.read.value) or (alone and bool(_ORGANISATION.search(head.read.value)))


def _is_letterhead(block: Candidate, context: Context) -> bool:
    """Does a company head the page above the date, with more between that and the salutation?"""
    greeting = next((line.number for line in context.read if _GREETING.match(line.text)), 0)
    dated = (
        line.number
        for line in context.read[block.spot.line.number : greeting]
        if dates.find(line.text, days_first=context.days_first)
    )
    date = next(dated, greeting)
    return block.spot.line.number < HEAD_LINES and _is_organisation(block) and date < greeting - 1


def letter_date(context: Context, described: Described) -> FieldValue | None:
    """The labelled date of the head, else the first one that is not said to be of another letter."""
    labelled = candidates(described.get("x-labels", ()), context.read[:25], context.reader("date"))
    if labelled:
        return labelled[0].to_value()
    for line in context.read:
        for spot in spots(line):
            for each in dates.find(spot.text, days_first=context.days_first)[:1]:
                if _ANOTHER_LETTER.search(spot.text[: each.start]):
                    continue
                read = Read(value=each.value, start=each.start, end=each.end)
                return Candidate(read=read, spot=spot, score=0.6, label="").to_value()
    return None


def _header_value(text: str, is_date: bool, context: Context) -> str | None:
    if not is_date:
        return " ".join(text.split())
    found = next(iter(dates.find(text, days_first=context.days_first)), None)
    return found.value if found else None


def _without_honours(candidate: Candidate) -> Candidate:
    honours = _HONOURS.match(candidate.read.value)
    end = honours.end() if honours else 0
    read = replace(candidate.read, value=candidate.read.value[end:], start=candidate.read.start + end)
    return replace(candidate, read=read)


def _above(read: tuple[Line, ...], greeting: int) -> list[Candidate]:
    """The names between the date and the salutation, top to bottom."""
    lines: list[Line] = []
    for line in reversed(read[max(0, greeting - ABOVE_LINES) : greeting]):
        if dates.find(line.text):
            break
        lines.insert(0, line)
    return [each for line in lines if (each := parties.named_at(Spot(line=line, index=0), 0.45))]


def _greeted(line: Line, above: list[Candidate]) -> Candidate | None:
    """The person greeted, by the fuller name above the salutation where there is one."""
    greeting = _SALUTATION.match(line.text)
    name = greeting[1].strip(" ,.!") if greeting else ""
    if not name or _NOBODY.search(name) or not names.is_name(name):
        return None
    surname = name.split()[-1].casefold()
    fuller = next((each for each in above if surname in each.read.value.casefold()), None)
    at = line.segments[0].text.find(name)
    if fuller or at < 0:
        return fuller
    read = Read(value=name, start=at, end=at + len(name))
    return Candidate(read=read, spot=Spot(line=line, index=0), score=0.5, label="")
