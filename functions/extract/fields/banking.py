"""Bank, holder and period of an account statement; pure."""

import re
from collections.abc import Sequence

from . import dates, parties, statement
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, spots
from .values import FieldValue

_BANK = re.compile(
    r"bank\b|\bbank|credit union|sparkasse|raiffeisen|kreditanstalt|banque|crédit |banco|banca\b|caisse|\bcaja\b"
    r"|\bcassa di|building society|bancorp|trust company|savings (?:and|&) loan",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"^\S+\.\w{2,10}$")
_PERIOD = re.compile(
    r"\b(?:period|from|for|zeitraum|vom|von|période|du|periodo|desde|dal|periode|statement dates?|between|through|to"
    r"|bis|au|al)\b|[-–—]",
    re.IGNORECASE,
)


def bank(context: Context, _: Described) -> FieldValue | None:
    """The first name that sounds like a bank."""
    for line in context.read:
        for spot in spots(line):
            candidate = parties.named_at(spot, 0.6)
            name = candidate.read.value if candidate else ""
            if candidate and _BANK.search(name) and not _DOMAIN.search(name) and len(name) < 60:
                return candidate.to_value()
    return None


def addressee(context: Context, described: Described) -> FieldValue | None:
    """A labelled holder, else the head of the first address block that is no bank."""
    labelled = [
        each
        for each in parties.labelled(described.get("x-labels", ()), context.read[:40])
        if not _BANK.search(each.read.value)
    ]
    blocks = parties.addressees(context.read, but_not=_BANK)
    best = next(iter([*labelled, *blocks]), None)
    return best.to_value() if best else None


def closing_balance(context: Context, described: Described) -> FieldValue | None:
    """A labelled balance, else what the running balance ends in, else what any word for a balance stands beside."""
    strong, weak = (_amounts(context, described.get(labels, ())) for labels in ("x-labels", "x-weak-labels"))
    return strong or statement.last_balance(context) or weak


def _amounts(context: Context, labels: Sequence[str]) -> FieldValue | None:
    return next((each.to_value() for each in candidates(labels, context.read, context.reader("amount"))), None)


def period_start(context: Context, _: Described) -> FieldValue | None:
    found = _period(context)
    return found[0].to_value() if found else None


def period_end(context: Context, _: Described) -> FieldValue | None:
    found = _period(context)
    return found[1].to_value() if found else None


def _period(context: Context) -> tuple[Candidate, Candidate] | None:
    """The first line with two dates joined by a word or a dash of a period."""
    for line in context.read:
        found = _dates_of(line, context.days_first)
        if len(found) >= 2 and found[0].read.value < found[1].read.value and _PERIOD.search(line.text):
            return found[0], found[1]
    return None


def _dates_of(line: Line, days_first: bool) -> list[Candidate]:
    return [
        Candidate(read=Read(value=each.value, start=each.start, end=each.end), spot=spot, score=0.7, label="")
        for spot in spots(line)
        for each in dates.find(spot.text, days_first=days_first)
    ]
