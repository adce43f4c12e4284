"""Who makes an agreement; pure."""

import re
from collections.abc import Iterator

from . import names, parties, signatures
from .context import Context, Described
from .values import FieldValue

HEAD_CHARS = 4_000
CLAUSE_CHARS = 1_200
PARTIES_AT_MOST = 4
OPENED, SIGNED = 0.5, 0.35
"""How sure the names of an opening clause and of a signature block are."""

_BETWEEN = re.compile(
    r"\bby\s+and\s+(?:between|among)\b|\bbetween\b|\bamong\b|\bzwischen\b|\bentre\b|\btussen\b|\btra\b"
    r"|\b(?:entered\s+into|made)\b[^.;]{0,80}\bby\b(?!\s+and\s+(?:between|among))",
    re.IGNORECASE,
)
_AND = re.compile(
    r",?\s+(?:and|AND|und|et|y|e|en)\s+(?=(?:der |die |dem |den |la |l[’\'])?[A-ZÄÖÜ\d])"
    r"|\s+in\s+favou?r\s+of\s+|\s?;\s|\s?¶\s?|\s\(?(?:\d|[a-h]|[ivx]{1,4}|[IVX]{1,4})\)\s"
)
_QUOTED = r"[“\"„«‘'][^”\"“»’']{0,60}[”\"“»’']"
_ASIDE = re.compile(rf"\((?:[^()]|\([^()]{{0,60}}\)){{0,200}}\)|(?<!\w){_QUOTED}(?!\w)")
_PART_OF_NAME = re.compile(r"\([A-Z][\w.&' -]{1,24}\)(?= [A-Z])")
_CLAUSE_END = re.compile(
    r"(?<!Inc)(?<!Corp)(?<!Ltd)(?<!Co)(?<!INC)(?<!CORP)(?<!LTD)(?<!\bMr)(?<!\bDr)(?<!\bMs)(?<!\b[A-Z])\s?\.\s+"
    r"(?=[A-Z\d])|\.\s+(?=(?:The|This|These|Each|In|For|It|All)\s)|§"
    r"|\b(?:WHEREAS|WITNESSETH|W I T N E S S|RECITALS|BACKGROUND|NOW, THEREFORE|agrees?|agreed|for the purpose"
    r"|wird folgend|il a été|acuerdan|is entered|arises)\b"
)
_NEXT_CLAUSE = re.compile(
    r"(?<=\w)(?<!\band)(?<!\bAND)(?<!\bof)(?<!\bOF)\n(?=(?:THIS|This|These)\s|(?:The|Each|In|For|It|All)\s[a-z])"
)
"""A line that ends without a full stop, as a heading does, before one that begins a sentence."""

_DESCRIBED = re.compile(
    r",?\s+(?:an?|the|having|with|whose|located|residing|organi[sz]ed|individually|its|on behalf|ci-après|im"
    r"|nachfolgend|hereinafter|hereafter|as|[Aa]cting|through|which|who|by|for|and|is|are|has"
    r"|d/b/a|dba|collectively|each|wohnhaft|geboren|SAS|au capital|en adelante|hierna|of\s+\d|at\s+\d|dated"
    r"|effective)\b"
)
_ROLE = re.compile(
    r"^(?:the\s+)?(?:company|employee|employer|agreement|part(?:y|ies)|licens(?:or|ee)|buyer|seller|purchaser|vendor"
    r"|landlord|tenant|lessor|lessee|owner|(?:general )?contractor|borrowers?|lenders?|guarantors?|undersigned"
    r"|customer|client|provider|supplier|consultant|recipient|discloser|disclosing|receiving|counterparty"
    r"|bank|parent|executive|you|this|its|these|all|any|certain"
    r"|vermieter\w*|mieter\w*|herrn?|frau|each|whereas|service)\b(?!\s+(?:of|[A-Z]\w+,? (?:Inc|Corp|Ltd|LLC)))",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[Tt]he undersigned|les soussignés|[Ll]a société|l[’']association|Frau|Herrn?|D\.|Dña\.|der|die"
    r"|dem|den|de|and|et|und|\([A-Za-z\d]{1,4}\))\s*:?\s+"
)
_ROLE_LAST = re.compile(
    r"\b(?:lenders?|agents?|guarantors?|borrowers?|issuers?|trustees?|part(?:y|ies))$", re.IGNORECASE
)
_FORM = re.compile(
    rf"(?:{names.LEGAL.pattern}|Incorporated|National Association|Jr|Sr|I{{2,3}}|IV)\W{{0,2}}$", re.IGNORECASE
)
_SHORT = {"Incorporated": "Inc.", "Limited": "Ltd.", "L.P.": "LP", "L.L.C.": "LLC"}


def parties_of(context: Context, _: Described) -> list[FieldValue] | None:
    """The names after between … and …, each up to its description, else who signs; one spelling per legal form."""
    found = [(name, OPENED) for name in _opening(context.text)]
    if len(found) < 2:
        opened = [name for name, _ in found]
        signed = filter(_is_party, signatures.signatories(context.read))
        further = dict.fromkeys(each for each in signed if not _known(each, opened))
        found += [(name, SIGNED) for name in list(further)[: 2 - len(found)]]
    return [_value(name, worth, context) for name, worth in found[:PARTIES_AT_MOST]] or None


def _value(name: str, worth: float, context: Context) -> FieldValue:
    at = context.passage.find(name)
    return (
        context.passage.shown(canonical(name), *at, worth)
        if at
        else FieldValue(value=canonical(name), confidence=worth)
    )


def canonical(name: str) -> str:
    """A party's name as lists of parties write it: no comma before the legal form, one spelling of the form."""
    first, comma, form = name.rpartition(",")
    if comma and _FORM.match(form.strip()):
        name = f"{first} {form.strip()}"
    for long, short in _SHORT.items():
        name = re.sub(rf"\b{re.escape(long)}(?!\w)", short, name, flags=re.IGNORECASE)
    name = name.replace(" & ", " and ")
    return re.sub(r"\b(Inc|Ltd|Corp)$", r"\1.", name)


def _known(name: str, others: list[str]) -> bool:
    return any(parties.same(canonical(name), canonical(other)) for other in others)


def _opening(text: str) -> list[str]:
    """The parties of the clause that names at least two and says who they are, else of the one that names most."""
    found = _BETWEEN.finditer(text, 0, HEAD_CHARS)
    behind = [text[each.end() : each.end() + CLAUSE_CHARS] for each in found]
    clauses = [" ".join(_NEXT_CLAUSE.split(each, maxsplit=1)[0].split()) for each in behind]
    named = [(_distinct(_names(clause)), bool(_ASIDE.search(clause[:400]))) for clause in clauses]
    return max(named, key=lambda each: (min(2, len(each[0])), each[1]), default=([], False))[0]


def _distinct(found: Iterator[str]) -> list[str]:
    return list({canonical(name).casefold(): name for name in reversed(list(found))}.values())[::-1]


def _names(clause: str) -> Iterator[str]:
    """The parties of a clause on one line; what stands in brackets or quotes names one again, and ends it."""
    plain = _ASIDE.sub(lambda aside: aside[0] if _PART_OF_NAME.match(clause, aside.start()) else " ¶ ", clause)
    plain = _CLAUSE_END.split(plain, maxsplit=1)[0]
    for piece in _AND.split(plain)[: 4 * PARTIES_AT_MOST]:
        for listed in _listed(_LEADING.sub("", piece.strip(" ,;:"))):
            if _is_party(listed):
                yield listed


def _listed(piece: str) -> Iterator[str]:
    """A name with its legal form, and those behind further commas that have one; an address ends the list."""
    parts = [each.strip() for each in _DESCRIBED.split(f" {piece}", maxsplit=1)[0].strip(" ,;:").split(",")]
    whole: list[str] = []
    for part in parts:
        if whole and _FORM.match(part):
            whole[-1] = f"{whole[-1]}, {part}"
        else:
            whole.append(part)
    yield whole[0]
    for further in whole[1:]:
        if not names.is_company(further):
            return
        yield further


def _is_party(name: str) -> bool:
    """Two words to nine; a capital or a digit first, or a capital second as in eBay; no role."""
    begins = any(each.isupper() or each.isdigit() for each in name[:2])
    role = _ROLE.match(name) or _ROLE_LAST.search(name) or _FORM.match(name)
    return begins and 2 <= len(name.split()) <= 9 and not role and names.is_name(name)
