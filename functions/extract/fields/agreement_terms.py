"""Effective date, governing law and term of an agreement; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import dates, states
from .context import Context, Described
from .labels import candidates
from .values import FieldValue

OPENING_LINES = 40
LEAD_CHARS = 90
WORDS_CHARS = 40
"""What the two words before a length take at most."""

OWN, ANY = 0.75, 0.3
"""How sure a date is that the opening calls the agreement's own, and any other."""

_STATE = "|".join(r"\s{1,3}".join(each.split()) for each in states.LONGEST_FIRST)
_LAW = re.compile(
    rf"\b(?:govern(?:ed|ing)|construed|interpreted|applicable law|rechts?|droit|leyes|legge)\b[^.]{{0,160}}?\b(?:of"
    rf"|by|der|von|de|du|della|di)\s{{1,3}}(?:the\s{{1,3}})?"
    rf"(?:(?:internal|substantive)\s{{1,3}}laws?\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?(?:(?:State|Commonwealth"
    rf"|Country|Kingdom|Province|Republic|Federal Republic|laws)\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?({_STATE})\b",
    re.IGNORECASE,
)
_LAW_BEFORE = re.compile(
    rf"\b({_STATE})\s{{1,3}}(?:State\s{{1,3}})?law\b[^.]{{0,60}}\b(?:govern|appl)"
    rf"|\bgoverned by\s{{1,3}}(?:the laws of\s{{1,3}})?({_STATE})\b",
    re.IGNORECASE,
)
_LAWS_OF = re.compile(
    rf"\blaws?\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}}(?:State|Commonwealth)\s{{1,3}}of\s{{1,3}})?({_STATE})\b",
    re.IGNORECASE,
)
_ORGANISED = re.compile(r"\b(?:incorporated|organi[sz]ed|existing|formed|corporation|pursuant)\b", re.IGNORECASE)
_LENGTH = re.compile(
    r"\b(?:(one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty[- ]four|thirty[- ]six"
    r"|ein(?:em|es|en)?|zwei|drei|fünf|un|deux|trois|cinq)\b\s{0,3})?"
    r"(?:\(?(\d{1,2})\)?[\s-]{0,3})?[- ]?(years?|months?|jahren?s?|monaten?|ans?|mois|años?|meses)\b",
    re.IGNORECASE,
)
_AGREEMENT = re.compile(
    r"\b(?:agreement|term|contract|lease|vertrag|mietverhältnis|contrat|contrato|duration|laufzeit|dauer|durée"
    r"|duración|duur)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:continue|expire|terminate|remain|last|term|period|duration|force|effect|end|für|von|durée|duración"
    r"|conclu)\w{0,3}\b",
    re.IGNORECASE,
)
_NO_TERM = re.compile(
    r"confidential|thereafter|following|keep|solicit|compete|severance|renew|warrant|salary|benefit", re.IGNORECASE
)
_OF_NOTICE = re.compile(r"[’']?s?[’']? (?:\w+ )?(?:notice|salary|base)", re.IGNORECASE)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "eighteen": 18, "twenty-four": 24, "twenty four": 24, "thirty-six": 36, "thirty six": 36,
    "un": 1, "deux": 2, "trois": 3, "cinq": 5, "zwei": 2, "drei": 3, "fünf": 5,
    "ein": 1, "einem": 1, "eines": 1, "einen": 1,
}  # fmt: skip
_UNITS = {"y": "year", "j": "year", "a": "year", "m": "month"}
_DATED = re.compile(
    r"\b(?:effective|dated|made|entered|as of|this|commenc|begin|beginn|conclu|executed|date)", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Lead:
    """What runs, what says how long; the characters between both and from there to the length at most."""

    subject: re.Pattern[str]
    verb: re.Pattern[str]
    between: int
    behind: int
    ends: str

    def begin(self, text: str, start: int, end: int) -> int | None:
        """Where the first subject from start on begins that leads to a length at end, in one clause with it."""
        reached = max(start, end - self.between - self.behind - WORDS_CHARS)
        clause = max(reached, *(text.rfind(each, reached, end) + 1 for each in self.ends))
        verbs = [each for each in self.verb.finditer(text, clause, end) if end - each.end() <= self.behind]
        subjects = list(self.subject.finditer(text, clause, end)) if verbs else []
        pairs = ((one, verb) for verb in verbs for one in subjects if 0 <= verb.start() - one.end() <= self.between)
        return next((one.start() for one, _ in pairs), None)


_LEADS = (
    Lead(subject=_AGREEMENT, verb=_LASTS, between=120, behind=90, ends="."),
    Lead(
        subject=re.compile(r"\bterm\b", re.IGNORECASE),
        verb=re.compile(r"\b(?:be|is|of|for)\b", re.IGNORECASE),
        between=60,
        behind=30,
        ends=".;",
    ),
)


def effective_date(context: Context, described: Described) -> FieldValue | None:
    """A labelled date, the date the opening gives the agreement, the last date beside the signatures, any date."""
    beside = candidates(described.get("x-labels", ()), context.read, context.reader("date"))
    signed = [
        each for each in candidates(("date|dated|datum",), context.read, context.reader("date")) if each.score > 0.7
    ]
    own, others = _dates(context)
    options = [
        *(each.to_value() for each in beside if each.score > 0.8),
        *own,
        *(each.to_value() for each in sorted(signed, key=lambda each: each.read.value, reverse=True)),
        *others,
    ]
    return next(iter(options), None)


def _dates(context: Context) -> tuple[list[FieldValue], list[FieldValue]]:
    """The dates of the text in their order: those the opening calls the agreement's own, and the others."""
    text = context.passage.text
    opening = text[: context.passage.end(OPENING_LINES)]
    own: list[FieldValue] = []
    others: list[FieldValue] = []
    for each in dates.find(text, days_first=context.days_first):
        dated = each.start < len(opening) and _DATED.search(text[max(0, each.start - LEAD_CHARS) : each.start])
        found = context.passage.shown(each.value, each.start, each.end, OWN if dated else ANY)
        (own if dated else others).append(found)
    return own, others


def jurisdiction(context: Context, _: Described) -> FieldValue | None:
    """The state whose law governs; the one a party is organised under is another matter."""
    text = context.whole.text
    found = _LAW.search(text) or _LAW_BEFORE.search(text)
    if found is None:
        every = _LAWS_OF.finditer(text)
        found = next(
            (each for each in every if not _ORGANISED.search(text[max(0, each.start() - 60) : each.start()])), None
        )
    if found is None:
        return None
    group = next(number for number, state in enumerate(found.groups(), 1) if state)
    return context.whole.shown(states.spelled(found[group]), *found.span(group), 0.8)


def term(context: Context, _: Described) -> FieldValue | None:
    """For example 2 years."""
    text = context.whole.text
    for start, found in _terms(text):
        count = int(found[2]) if found[2] else _NUMBERS.get((found[1] or "").lower(), 0)
        if count and not _NO_TERM.search(text, start, found.end()) and not _OF_NOTICE.match(text, found.end()):
            value = f"{count} {_UNITS[found[3][0].lower()]}{'s' if count > 1 else ''}"
            return context.whole.shown(value, found.start(1 if found[1] else 2), found.end(), 0.6)
    return None


def _terms(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The lengths of time that are said of an agreement, each with where that begins.

    The words are sought before each length: from each word on, text full of them would be read many times over.
    """
    read = 0
    for length in _LENGTH.finditer(text):
        begins = [at for lead in _LEADS if (at := lead.begin(text, read, length.start())) is not None]
        if begins:
            yield min(begins), length
            read = length.end()
