"""Parties, effective date, governing law and term of an agreement; pure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from . import dates, names
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, spots
from .values import FieldValue

HEAD_CHARS = 4_000
PARTIES_AT_MOST = 4
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
    r"\bby\s+and\s+(?:between|among)\b|\bbetween\b|\bamong\b|\bzwischen\b|\bentre\b|\btussen\b|\btra\b"
    r"|\b(?:entered\s+into|made)\b"
    r"[^.;]{0,80}\bby\b",
    re.IGNORECASE,
)
_AND = re.compile(
    r",?\s+(?:and|und|et|y|en)\s+(?=(?:der |die |dem |den |la |l[’\'])?[A-ZÄÖÜ\d])"
    r"|\s+in\s+favou?r\s+of\s+|;\s"
)
_ASIDE = re.compile(r"\([^()]{0,200}\)|[“\"„«][^”\"“»]{0,60}[”\"“»]")
_CLAUSE_END = re.compile(
    r"(?<!Inc)(?<!Corp)(?<!Ltd)(?<!Co)(?<!\bMr)(?<!\bDr)(?<!\bMs)(?<!\b[A-Z])\s?\.\s+(?=[A-Z\d])|§"
    r"|\b(?:WHEREAS|WITNESSETH|W I T N E S S|RECITALS|NOW, THEREFORE|agrees?|agreed|for the purpose|wird folgend"
    r"|il a été|acuerdan|is entered|arises)\b"
)
_DESCRIBED = re.compile(
    r",?\s+(?:an?|the|having|with|whose|located|residing|organized|individually|its|on behalf|ci-après|im"
    r"|nachfolgend|hereinafter|hereafter|as|acting"
    r"|d/b/a|collectively|each|wohnhaft|geboren|SAS|au capital|en adelante|hierna|of\s+\d|at\s+\d|dated|effective)\b"
)
_ROLE = re.compile(
    r"^(?:the\s+)?(?:company|employee|employer|agreement|part(?:y|ies)|licens(?:or|ee)|buyer|seller|purchaser|vendor"
    r"|landlord|tenant|lessor|lessee"
    r"|customer|client|provider|supplier|contractor|consultant|recipient|discloser|disclosing|receiving|counterparty"
    r"|bank|parent|executive|you|this|its"
    r"|vermieter\w*|mieter\w*|herrn?|frau|each|whereas|service)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[Tt]he undersigned|les soussignés|[Ll]a société|l[’']association|Frau|Herrn?|D\.|Dña\.|der|die"
    r"|dem|den|de)\s*:?\s+"
)
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


def parties(context: Context, _: Described) -> list[FieldValue] | None:
    """The names after between … and …, each up to its description; one spelling for each legal form."""
    opening = context.text[:HEAD_CHARS]
    best: list[str] = []
    for between in _BETWEEN.finditer(opening):
        found = list(dict.fromkeys(_names(" ".join(opening[between.end() : between.end() + 1_200].split()))))
        if len(found) > len(best):
            best = found
        if len(best) >= 2:
            break
    if not best:
        best = list(dict.fromkeys(_signatories(context.read)))[:2]
    return [replace(_quoted(name, context, 0.6), value=canonical(name)) for name in best[:PARTIES_AT_MOST]] or None


def canonical(name: str) -> str:
    """A party's name as lists of parties write it: no comma before the legal form, one spelling of the form."""
    name = re.sub(
        r",\s+(?=(?:Inc|LLC|L\.L\.C|Ltd|Limited|L\.?P|LLP|Corp|N\.A|PLC|GmbH|AG|S\.A|B\.V"
        r"|N\.V)\b)",
        " ",
        name,
    )
    for long, short in (
        ("Incorporated", "Inc."),
        ("Limited", "Ltd."),
        ("L.P.", "LP"),
        ("L.L.C.", "LLC"),
        (" & ", " and "),
    ):
        name = name.replace(long, short)
    return re.sub(r"\b(Inc|Ltd|Corp)$", r"\1.", name)


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
        if count and not _NO_TERM.search(found[0]):
            unit = _UNITS[found[3][0].lower()]
            shown = found[0][found.start(1 if found[1] else 2) - found.start() :]
            value = f"{count} {unit}{'s' if count > 1 else ''}"
            return replace(_quoted(shown, context, 0.6), value=value)
    return None


def _names(clause: str) -> Iterator[str]:
    """The parties of an opening clause on one line: what is between quotes or brackets only names them again."""
    plain = " ".join(_ASIDE.sub(" ", clause).split())
    plain = _CLAUSE_END.split(plain, maxsplit=1)[0]
    for piece in _AND.split(plain)[: 2 * PARTIES_AT_MOST]:
        for part in re.split(r",\s+(?=[A-Z][\w.&’' -]{3,60}\b(?:of [A-Z]|Inc|LLC|Corp|Ltd|L\.P))", piece):
            name = _without_description(_LEADING.sub("", part.strip(" ,;:")))
            if _begins_a_name(name) and 2 <= len(name.split()) <= 9 and not _ROLE.match(name) and names.is_name(name):
                yield name


def _begins_a_name(name: str) -> bool:
    """Capital or digit first, or a capital second as in eBay."""
    return any(each.isupper() or each.isdigit() for each in name[:2])


def _without_description(name: str) -> str:
    """A comma ends the name unless a legal form follows it."""
    first, *rest = _DESCRIBED.split(f" {name}", maxsplit=1)[0].strip(" ,;:").split(",")
    if rest and names.LEGAL.match(rest[0].strip()):
        first = f"{first},{rest[0]}"
    return first.strip(" ,;:")


def _signatories(read: tuple[Line, ...]) -> Iterator[str]:
    for line in read:
        for spot in spots(line):
            name = names.cleaned(spot.text)
            if name and names.LEGAL.search(name) and len(name.split()) <= 8:
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
