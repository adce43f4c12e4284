"""Parties, effective date, governing law and term of an agreement; pure."""

import re
from collections.abc import Iterator

from . import dates, names
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, spots
from .values import FieldValue

HEAD_CHARS = 4_000
PARTIES_AT_MOST = 6

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
    rf"\b(?:govern(?:ed|ing)|construed|laws?|interpreted|rechts?|droit|leyes|legge)\b[^.]{{0,160}}?\b(?:of|by|der"
    rf"|von|de|du|della|di)\s{{1,3}}(?:the\s{{1,3}})?"
    rf"(?:(?:internal|substantive)\s{{1,3}}laws?\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?(?:(?:State|Commonwealth"
    rf"|Province|Republic|Federal Republic|laws)\s{{1,3}}of\s{{1,3}}(?:the\s{{1,3}})?)?({_STATE})\b"
)
_LAW_BEFORE = re.compile(
    rf"\b({_STATE})\s{{1,3}}(?:State\s{{1,3}})?law\b[^.]{{0,60}}\b(?:govern|appl)"
    rf"|\bgoverned by\s{{1,3}}(?:the laws of\s{{1,3}})?({_STATE})\b"
)
_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+(?:between|among)|between|among|zwischen|entre|tra|tussen)\b[\s:]{1,4}(?:the undersigned"
    r"|les soussignés|der|dem|den|die|Frau|Herrn?)?",
    re.IGNORECASE,
)
_TERM = re.compile(
    r"\b(?:term|period|duration|dauer|laufzeit|durée|duración|expire|terminate|continue|remain|survive|effect"
    r"|force)\w{0,4}\b[^.]{0,140}?"
    r"\b(?:(one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|twenty[- ]four|thirty[- ]six|ein(?:em"
    r"|es|en)?|zwei|drei|fünf|un|deux|trois|cinq)\b\s{0,3})?"
    r"(?:\(?(\d{1,2})\)?[\s-]{0,3})?[- ]?(years?|months?|jahren?s?|monaten?|ans?|mois|años?|meses)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "eighteen": 18, "twenty-four": 24, "twenty four": 24, "thirty-six": 36, "thirty six": 36,
    "un": 1, "deux": 2, "trois": 3, "cinq": 5, "zwei": 2, "drei": 3, "fünf": 5, "ein": 1, "einem": 1, "eines": 1, "einen": 1,
}  # fmt: skip
_UNITS = {"y": "year", "j": "year", "a": "year", "m": "month"}
_DEFINED = re.compile(
    r"[(\"“„«]|\b(?:a|an|the|having|with|whose|located|residing|organized|as|individually|und|and its|on behalf"
    r"|ci-après|im folgenden|nachfolgend|hereinafter|hereafter|of|at|acting)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\)?,?\s+(?:and|und|et|y|e|en|&)\s+(?=[A-ZÄÖÜ(\[])")
_DATED = re.compile(
    r"\b(?:effective|dated|made|entered|as of|this|commenc|begin|beginn|conclu|executed|date)", re.IGNORECASE
)


def effective_date(context: Context, described: Described) -> FieldValue | None:
    """A labelled date, else the first date of the agreement's opening that is said to be its own."""
    beside = candidates(described.get("x-labels", ()), context.read, context.reader("date"))
    dated: list[Candidate] = []
    for before, line in zip((None, *context.read), context.read, strict=False):
        for spot in spots(line):
            for each in dates.find(spot.text, days_first=context.days_first):
                lead = (before.text if before else "")[-80:] + " " + spot.text[: each.start]
                worth = 0.7 if _DATED.search(lead[-90:]) else 0.3
                read = Read(value=each.value, start=each.start, end=each.end)
                dated.append(Candidate(read=read, spot=spot, score=worth - 0.001 * line.number, label=""))
    best = max([*beside[:1], *dated], key=lambda each: each.score, default=None)
    return best.to_value() if best else None


def parties(context: Context, _: Described) -> list[FieldValue] | None:
    """The names after between … and …, each up to its definition."""
    opening = context.text[:HEAD_CHARS]
    for between in _BETWEEN.finditer(opening):
        clause = " ".join(opening[between.end() : between.end() + 900].split())
        found = list(dict.fromkeys(_names(clause)))
        if len(found) >= 2:
            return [_quoted(name, context, 0.65) for name in found[:PARTIES_AT_MOST]]
    signed = list(dict.fromkeys(_signatories(context.read)))
    return [_quoted(name, context, 0.4) for name in signed[:2]] or None


def jurisdiction(context: Context, _: Described) -> FieldValue | None:
    text = " ".join(context.text.split())
    found = _LAW.search(text) or _LAW_BEFORE.search(text)
    if not found:
        return None
    return _quoted(next(group for group in found.groups() if group).removeprefix("the "), context, 0.8)


def term(context: Context, _: Described) -> FieldValue | None:
    """For example 2 years."""
    for found in _TERM.finditer(" ".join(context.text.split())):
        count = int(found[2]) if found[2] else _NUMBERS.get((found[1] or "").lower(), 0)
        if count:
            unit = _UNITS[found[3][0].lower()]
            shown = found[0][found.start(1) - found.start() if found[1] else found.start(2) - found.start() :]
            value = f"{count} {unit}{'s' if count > 1 else ''}"
            return FieldValue(value=value, quote=shown, page=context.read[0].page, confidence=0.5)
    return None


def _names(clause: str) -> Iterator[str]:
    """Clause is one line; party names end at a definition, an and or a comma before a description."""
    for piece in _AND.split(clause)[:PARTIES_AT_MOST]:
        name = _DEFINED.split(piece.strip(' ,;:“”"()'), maxsplit=1)[0]
        name = _without_tail(name.strip(' ,;:“”"()'))
        if name[:1].isupper() and names.is_name(name) and len(name.split()) <= 9:
            yield name


def _without_tail(name: str) -> str:
    """A comma ends the name unless a legal form follows it."""
    parts = name.split(",")
    kept = parts[0]
    if len(parts) > 1 and names.SUFFIX.match(parts[1].strip()):
        kept = f"{parts[0]},{parts[1]}"
    return kept.strip(" ,.") + ("." if kept.rstrip().endswith((".",)) and names.SUFFIX.search(kept) else "")


def _signatories(read: tuple[Line, ...]) -> Iterator[str]:
    for line in read:
        for spot in spots(line):
            name = names.cleaned(spot.text)
            if name and names.SUFFIX.search(name) and len(name.split()) <= 8:
                yield name


def _quoted(name: str, context: Context, confidence: float) -> FieldValue:
    """A value with the place where the text shows its beginning."""
    for line in context.read:
        for spot in spots(line):
            at = spot.text.casefold().find(name.casefold())
            if at >= 0:
                end = at + len(name)
                return FieldValue(
                    value=name, page=line.page, quote=spot.text[at:end], box=spot.part(at, end), confidence=confidence
                )
    page = context.read[0].page if context.read else None
    return FieldValue(value=name, page=page, quote=name, confidence=confidence)
