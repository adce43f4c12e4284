"""Effective date, governing law and term of an agreement; pure."""

import re
from dataclasses import replace

from . import dates
from .context import Context, Described
from .grounding import quoted
from .kinds import Read
from .labels import Candidate, candidates
from .lines import spots
from .values import FieldValue

OPENING_LINES = 40

_STATE = (
    r"Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas"
    r"|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska"
    r"|Nevada|New Hampshire"
    r"|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    r"|South Carolina"
    r"|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
    r"|District of Columbia|Puerto Rico"
    r"|England and Wales|England|Scotland|Northern Ireland|Ireland|Ontario|Quebec|British Columbia|Alberta|Canada"
    r"|Germany|Deutschland"
    r"|France|Spain|España|Italy|Italia|the Netherlands|Netherlands|Nederland|Belgium|Switzerland|Schweiz|Austria"
    r"|Österreich|Luxembourg"
    r"|Singapore|Hong Kong|India|Israel|Japan|China|Australia|New South Wales|Victoria|New Zealand|Brazil|Mexico"
    r"|Sweden|Norway|Denmark"
    r"|Finland|Poland|Bermuda|the Cayman Islands|Cayman Islands|British Virgin Islands"
)
_LAW = re.compile(
    rf"\b(?:govern(?:ed|ing)|construed|interpreted|applicable law|rechts?|droit|leyes|legge)\b[^.]{{0,160}}?\b(?:of"
    rf"|by|der"
    rf"|von|de|du|della|di)\s{{1,3}}(?:the\s{{1,3}})?"
    rf"(?:(?:internal|substantive)\s{{1,3}}laws?\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?(?:(?:State|Commonwealth"
    rf"|Province|Republic|Federal Republic|laws)\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?({_STATE})\b"
)
_LAW_BEFORE = re.compile(
    rf"\b({_STATE})\s{{1,3}}(?:State\s{{1,3}})?law\b[^.]{{0,60}}\b(?:govern|appl)"
    rf"|\bgoverned by\s{{1,3}}(?:the laws of\s{{1,3}})?({_STATE})\b"
)
_LAWS_OF = re.compile(
    rf"\blaws?\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}}(?:State"
    rf"|Commonwealth)\s{{1,3}}of\s{{1,3}})?({_STATE})\b"
)
_ORGANISED = re.compile(r"\b(?:incorporated|organi[sz]ed|existing|formed|corporation|pursuant)\b", re.IGNORECASE)
_TERM = re.compile(
    r"\b(?:agreement|term|contract|lease|vertrag|mietverhältnis|contrat|contrato|duration|laufzeit|dauer|durée"
    r"|duración|duur)\b[^.]{0,120}?"
    r"\b(?:continue|expire|terminate|remain|last|term|period|duration|force|effect|end|für|von|durée|duración"
    r"|conclu)\w{0,3}\b[^.]{0,90}?"
    r"\b(?:(one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty[- ]four|thirty[- ]six"
    r"|ein(?:em|es|en)?|zwei|drei|fünf|un|deux|trois|cinq)\b\s{0,3})?"
    r"(?:\(?(\d{1,2})\)?[\s-]{0,3})?[- ]?(years?|months?|jahren?s?|monaten?|ans?|mois|años?|meses)\b",
    re.IGNORECASE,
)
_NO_TERM = re.compile(r"confidential|thereafter|following|keep|solicit|compete|severance", re.IGNORECASE)
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


def effective_date(context: Context, described: Described) -> FieldValue | None:
    """A labelled date, the date the opening gives the agreement, the last date beside the signatures, any date."""
    beside = candidates(described.get("x-labels", ()), context.read, context.reader("date"))
    signed = [
        each for each in candidates(("date|dated|datum",), context.read, context.reader("date")) if each.score > 0.7
    ]
    dated = _dates(context)
    options = [
        *(each for each in beside if each.score > 0.8),
        *(each for each in dated if each.score > 0.6),
        *sorted(signed, key=lambda each: each.read.value, reverse=True),
        *dated,
    ]
    return options[0].to_value() if options else None


def _dates(context: Context) -> list[Candidate]:
    """The dates of the text in their order; those the opening calls the agreement's own score above 0.6."""
    found = []
    for before, line in zip((None, *context.read), context.read, strict=False):
        for spot in spots(line):
            for each in dates.find(spot.text, days_first=context.days_first):
                lead = (before.text if before else "")[-80:] + " " + spot.text[: each.start]
                own = line.number < OPENING_LINES and _DATED.search(lead[-90:])
                read = Read(value=each.value, start=each.start, end=each.end)
                found.append(Candidate(read=read, spot=spot, score=0.75 if own else 0.3, label=""))
    return found


def jurisdiction(context: Context, _: Described) -> FieldValue | None:
    """The state whose law governs; the one a party is organised under is another matter."""
    text = " ".join(context.text.split())
    found = _LAW.search(text) or _LAW_BEFORE.search(text)
    if found is None:
        every = _LAWS_OF.finditer(text)
        found = next(
            (each for each in every if not _ORGANISED.search(text[max(0, each.start() - 60) : each.start()])), None
        )
    if found is None:
        return None
    return quoted(next(group for group in found.groups() if group).removeprefix("the "), context.read, 0.8)


def term(context: Context, _: Described) -> FieldValue | None:
    """For example 2 years."""
    for found in _TERM.finditer(" ".join(context.text.split())):
        count = int(found[2]) if found[2] else _NUMBERS.get((found[1] or "").lower(), 0)
        if count and not _NO_TERM.search(found[0]):
            unit = _UNITS[found[3][0].lower()]
            shown = found[0][found.start(1 if found[1] else 2) - found.start() :]
            value = f"{count} {unit}{'s' if count > 1 else ''}"
            return replace(quoted(shown, context.read, 0.6), value=value)
    return None
