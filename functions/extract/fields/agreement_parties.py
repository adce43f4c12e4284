"""Who makes an agreement; pure."""

import re
from collections.abc import Iterator
from dataclasses import replace

from . import names
from .context import Context, Described
from .grounding import quoted
from .lines import Line, spots
from .values import FieldValue

HEAD_CHARS = 4_000
PARTIES_AT_MOST = 4

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
    return [replace(quoted(name, context.read, 0.6), value=canonical(name)) for name in best[:PARTIES_AT_MOST]] or None


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
