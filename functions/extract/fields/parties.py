"""Who sells and who buys; pure."""

import re
from collections.abc import Iterator, Sequence

from . import blocks, names
from .kinds import Read
from .labels import Candidate, compiled
from .lines import Line, Spot, below, matching, right_of, spots

HEAD_LINES = 14
_FOR_ATTENTION = re.compile(
    r"^\W{0,3}(?:attn|attention|att\.|z\. ?hd|c/o|à l[’']attention|a la atenci[óo]n)\b", re.IGNORECASE
)
_A_LABEL = re.compile(
    r"^\W{0,3}(?:(?:ship|deliver|bill|invoice|sold|order|remit|pay)(?:ed)? (?:to|from|by|date|no)|vendor|supplier"
    r"|seller|buyer|customer|purchaser|attn|attention|date|terms|payment terms|delivery|account|branch|currency|period"
    r"|contact|address|phone|tel|description|item|lieferant|k[äa]ufer|besteller|liefer\w+|rechnungs\w+|datum|bezeichnung"
    r"|fournisseur|client|livr\w+|désignation|proveedor|cliente|fecha|fornitore|leverancier)\b[^,]{0,20}$",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"^[\s:.#*()-]*(?:\(?(?:name|address|details|information|info|anschrift)\)?[\s:.]*)?$", re.IGNORECASE
)


def labelled(labels: Sequence[str], read: Sequence[Line], worth: float = 0.8) -> list[Candidate]:
    """Names beside or under a label such as Bill to; a label that opens its segment only."""
    found = []
    for strength, label in enumerate(labels):
        for spot in matching(compiled(label), read):
            match = compiled(label).match(spot.text.lstrip(" *•"))
            candidate = _beside_or_below(spot, match, read, worth - 0.02 * strength) if match else None
            if candidate:
                found.append(candidate)
    return sorted(found, key=lambda each: -each.score)


def letterhead(read: Sequence[Line], *, but_not: str = "") -> Candidate | None:
    """Who issued the page: a company among the first lines, else the first line that is a name."""
    head = [spot for line in read[:HEAD_LINES] if line.page == read[0].page for spot in spots(line)]
    named = [
        candidate for spot in head if (candidate := named_at(spot, 0.5)) and not same(candidate.read.value, but_not)
    ]
    companies = [each for each in named if names.is_company(each.read.value)]
    return next(iter(companies or named), None)


def company_anywhere(read: Sequence[Line], *, but_not: str = "") -> Candidate | None:
    """The company most often named on the first page, the last mention (footers) where they are even."""
    found: dict[str, list[Candidate]] = {}
    for line in read:
        for spot in spots(line):
            candidate = named_at(spot, 0.4)
            if candidate and names.is_company(candidate.read.value) and not same(candidate.read.value, but_not):
                found.setdefault(candidate.read.value.casefold(), []).append(candidate)
    return max(found.values(), key=len)[0] if found else None


def addressees(read: Sequence[Line], but_not: re.Pattern[str] | None = None) -> list[Candidate]:
    """The names that head the address blocks of the first page, top to bottom; but_not: names that head none."""
    first = [line for line in read if line.page == read[0].page]
    headed = [block.named(but_not) for block in blocks.blocks(read, last=len(first)) if block.is_address]
    return [candidate for spot in headed if spot and (candidate := named_at(spot, 0.55))]


def named_at(spot: Spot, score: float, start: int = 0) -> Candidate | None:
    """The name a segment holds from a character on."""
    name = names.cleaned(spot.text[start:])
    at = spot.text.find(name, start) if name else -1
    if at < 0:
        return None
    return Candidate(
        read=Read(value=names.repaired(name), start=at, end=at + len(name)), spot=spot, score=score, label=""
    )


def _beside_or_below(spot: Spot, match: re.Match[str], read: Sequence[Line], score: float) -> Candidate | None:
    shift = len(spot.text) - len(spot.text.lstrip(" *•")) + match.end()
    rest = spot.text[shift:]
    if not _LEFTOVER.match(rest):
        apart = rest[:1] in ":.-–" or (rest.startswith(" ") and (rest.strip()[:1].isupper() or rest.strip()[:1] == ":"))
        return named_at(spot, score + (0.1 if rest.lstrip().startswith(":") else -0.15), shift) if apart else None
    found = [candidate for place in _places(spot, read) if (candidate := named_at(place, score))]
    if not found or not _FOR_ATTENTION.match(found[0].spot.text):
        return next(iter(found), None)
    firms = (each for each in found if each.spot.line is spot.line or names.is_company(each.read.value))
    return next(firms, found[0])


def _places(spot: Spot, read: Sequence[Line]) -> Iterator[Spot]:
    """Under the label first where the next column is a label too, else beside it first.

    A label without a colon heads its column, unless what stands under it is the next label of a list of them.
    """
    under = list(below(spot, read, reach=4))
    beside = list(right_of(spot))[:1]
    colon = spot.text.rstrip().endswith(":") or any(each.text.startswith(":") for each in beside)
    listed = bool(under and _A_LABEL.match(under[0].text)) and not any(_A_LABEL.match(each.text) for each in beside)
    heading = not beside or (beside[0].text.rstrip().endswith(":") and colon) or not (colon or listed)
    yield from [*under, *beside] if heading else [*beside, *under]


def same(one: str, other: str) -> bool:
    """Do two names begin alike, or end alike but for a title? Spaces, case and punctuation aside."""
    folded = [re.sub(r"\W", "", each.casefold()) for each in (one, other)]
    return bool(folded[1]) and (
        folded[0] == folded[1]
        or folded[0].startswith(folded[1])
        or folded[1].startswith(folded[0])
        or folded[0].endswith(folded[1])
    )
