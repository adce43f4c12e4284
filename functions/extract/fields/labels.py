"""Labels and the values beside or below them; pure."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .kinds import Read, Reader
from .lines import Line, Spot, below, matching, right_of
from .values import FieldValue

BESIDE_COLON, BESIDE, NEXT, UNDER = 1.0, 0.9, 0.85, 0.75
"""How likely the value is right by where it stands: after a colon, after the label, in the next column, below."""

LENGTH_WORTH = 0.004
REMAINDER_CHARS = 25
LINE_COST = 0.0005
SEPARATORS = " \t:#.=-–—\u200b\ufeff"
_MINUS = re.compile(r"(?:^|\s)[-–]$")
"""A dash that touches what follows and nothing before it is no separator."""
_BARE_REMAINDER = re.compile(r"^[\s:.#*()/\u200b-]*$")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A value read near a label; score orders candidates and serves as confidence."""

    read: Read
    spot: Spot
    score: float
    label: str

    def to_value(self) -> FieldValue:
        return FieldValue(
            value=self.read.value,
            page=self.spot.line.page,
            quote=self.spot.segment.text[self.read.start : self.read.end],
            box=self.spot.part(self.read.start, self.read.end),
            confidence=max(0.1, min(0.95, self.score)),
        )


@functools.cache
def compiled(label: str) -> re.Pattern[str]:
    """A label where a word begins, and not in the middle of another."""
    return re.compile(rf"(?<![\w-])(?:{label})(?![\w])", re.IGNORECASE)


def candidates(labels: Sequence[str], read: Sequence[Line], reader: Reader) -> list[Candidate]:
    """Every value near one of the labels, best first."""
    found = [
        candidate
        for label in labels
        for spot in matching(compiled(label), read)
        for match in compiled(label).finditer(spot.text)
        for candidate in _near(spot, match, read, reader)
    ]
    return sorted(found, key=lambda each: -each.score)


def _near(spot: Spot, match: re.Match[str], read: Sequence[Line], reader: Reader) -> Iterator[Candidate]:
    worth = LENGTH_WORTH * min(25, len(match[0])) - LINE_COST * min(200, spot.line.number)
    if match.start() > 0 and not spot.text[: match.start()].rstrip().endswith((":", ",", "/", "|", "(", "#", "-")):
        worth -= 0.15 if spot.text[: match.start()].strip(SEPARATORS) else 0.0
    beside = _beside(spot, match.end(), reader)
    if beside:
        colon = spot.text[match.end() : match.end() + 3].strip().startswith((":", "#"))
        yield Candidate(read=beside, spot=spot, score=(BESIDE_COLON if colon else BESIDE) + worth - 0.1, label=match[0])
        return
    rest = spot.text[match.end() :]
    if len(rest) > REMAINDER_CHARS and not _BARE_REMAINDER.match(rest):
        return
    places = _elsewhere(spot, read) if _BARE_REMAINDER.match(rest) else [(each, UNDER) for each in right_of(spot)][:1]
    for place, weight in places:
        value = _beside(place, 0, reader)
        if value:
            yield Candidate(read=value, spot=place, score=weight + worth - 0.1, label=match[0])
            return


def _elsewhere(spot: Spot, read: Sequence[Line]) -> Iterator[tuple[Spot, float]]:
    following = next(right_of(spot), None)
    if following:
        yield following, NEXT
    for under in list(below(spot, read))[:2]:
        yield under, UNDER
    for further in list(right_of(spot))[1:2]:
        yield further, UNDER - 0.05


def _beside(spot: Spot, start: int, reader: Reader) -> Read | None:
    """The value in a segment from a character on, its place counted from the segment's beginning."""
    rest = spot.text[start:]
    skipped = len(rest) - len(rest.lstrip(SEPARATORS))
    if _MINUS.search(rest[:skipped]) and (negative := reader(rest[skipped - 1 :])) and negative.value[:1] == "-":
        skipped -= 1
    found = reader(rest[skipped:])
    if found is None:
        return None
    shift = start + skipped
    return Read(value=found.value, start=found.start + shift, end=found.end + shift)
