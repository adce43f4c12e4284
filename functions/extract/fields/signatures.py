"""Who signs an agreement: the firms above By:, the persons under a line; pure."""

import re
from collections.abc import Iterator, Sequence

from . import names, people
from .lines import Line

ABOVE, BELOW = 3, 2
"""Lines from a firm to its By:, and from a rule to the name under it."""

_BY = re.compile(r"^\W{0,3}(?:by|per|name|its|title|sign(?:ed|ature)?|unterschrift)\b\s{0,3}[:_/]", re.IGNORECASE)
_RULE = re.compile(r"^\W{0,3}(?:_{6,}|-{6,}|\.{6,}|/s/)\s{0,3}", re.IGNORECASE)
_ROLE = re.compile(
    r"^\W{0,3}(?:employee|executive|consultant|contractor|recipient|individual|tenant|landlord|lender|borrower"
    r"|purchaser|seller|buyer)\s?:\s{0,3}",
    re.IGNORECASE,
)


def signatories(read: Sequence[Line]) -> Iterator[str]:
    """Firms first, then persons who sign for themselves, then whoever is named with a legal form."""
    yield from _firms(read)
    yield from _persons(read)
    for line in read:
        for spot in line.spots:
            name = names.cleaned(spot.text)
            if name and names.LEGAL.search(name) and len(name.split()) <= 8:
                yield name


def _firms(read: Sequence[Line]) -> Iterator[str]:
    for index, line in enumerate(read):
        for spot in line.spots if any(_BY.match(below.text) for below in read[index + 1 : index + 1 + ABOVE]) else ():
            name = names.cleaned(spot.text)
            if name and names.is_company(name) and len(name.split()) <= 8:
                yield name


def _persons(read: Sequence[Line]) -> Iterator[str]:
    """Behind a role, or at a rule and under it where no firm stands above."""
    for index, line in enumerate(read):
        above = read[max(0, index - ABOVE) : index]
        role = _ROLE.match(line.text)
        found = role or _RULE.match(line.text)
        if not found or (not role and any(names.is_company(each.text) for each in above)):
            continue
        below = (each.spots[0].text for each in read[index + 1 : index + 1 + BELOW])
        own = line.text[found.end() :]
        yield from list(filter(_is_person, map(_bare, (own, *below))))[:1]


def _bare(text: str) -> str:
    return text.removeprefix("Name:").strip(" ,_")


def _is_person(text: str) -> bool:
    return people.is_person(text) and not any(map(str.isdigit, text))
