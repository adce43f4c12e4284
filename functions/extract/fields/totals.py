"""Total, subtotal and tax of invoices, receipts and orders; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.checks import TOLERANCE

from . import amounts
from .kinds import Read
from .labels import SEPARATORS, Candidate, compiled
from .lines import Line, Spot, below, matching, right_of, spots

ROUNDED, STRONG, BARE = 4.0, 3.0, 1.5
NEXT_LINE_COST = 1.0
PAID_BONUS = 2.5

_ROUNDED = re.compile(
    r"\b(?:total (?:after )?round(?:ed|ing)|round(?:ed|ing)? total|total \(?(?:after|incl\.?) round)", re.IGNORECASE
)
_NOT_A_TOTAL = re.compile(
    r"\bsub-?\s?total|\btotal (?:qty|quantity|items?|no\b|number|pages|hours|weight|discount|saving|disc\b|paid"
    r"|payments?|vat|gst|tax|tva|iva|mwst|ht\b|excl|net\b|netto|before|units|supplies)"
    r"|\bsous-total|\bzwischensumme|\b(?:tax|vat|gst|tva|mwst|ust)\b[^:]{0,12}\btotal|\bchange\b|\bdiscount|\bsaving"
    r"|\btotal\s?%|\brounding\b|\bnetto\b|\bitem total|\bnet total|\bline total|\bhors taxe|\bunit\b|\bexcl",
    re.IGNORECASE,
)

_GIVEN = (
    r"cash(?:\)|:)?(?: tendered| paid| received)?|(?:amount |cash )?tendered|paid amount|amount paid|master(?:card)?"
    r"|visa|gegeben(?: bar)?|bar"
    r"|espèces|efectivo|contanti|contant|card|girocard|carte bancaire"
)
_BACK = r"change(?: due| cash)?|rückgeld|zurück|rendu|cambio|resto|wisselgeld|baki"

_NEXT_LABEL = re.compile(r"\b(?:total|vat|tax|gst|mwst|ust|tva|iva|btw|net|due|te betalen)\b", re.IGNORECASE)
_DUE = re.compile(r"due|zahl|payer|pay|betalen|pagar", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount beside a label, its worth and where it stands."""

    value: Decimal
    worth: float
    read: Read
    spot: Spot
    label: str

    def to_candidate(self, confidence: float) -> Candidate:
        return Candidate(read=self.read, spot=self.spot, score=confidence, label=self.label)


def totals(labels: Sequence[str], read: Sequence[Line], whole: bool) -> list[Amount]:
    """Amounts that can be the total, best first; the last label is the bare word; whole: those without cents, too."""
    *strong, bare = labels
    found = [each for label in strong for each in _labelled(label, read, STRONG, whole)]
    found += _labelled(bare, read, BARE, whole)
    paid = _paid(read, whole)
    if paid and all(each.worth < STRONG and each.value not in paid for each in found):
        found += [replace(each, worth=BARE) for each in _everywhere(read) if each.value in paid]
    found = [replace(each, worth=each.worth + PAID_BONUS) if each.value in paid else each for each in found]
    found = sorted(found, key=lambda each: (-each.worth, -each.value))
    return _before_payments(found, read)


def _before_payments(found: list[Amount], read: Sequence[Line]) -> list[Amount]:
    """A balance due is what is left of the total: where the difference is shown, the total comes first."""
    if not found or not _DUE.search(found[0].label):
        return found
    shown = {each.value for each in _everywhere(read)}
    whole = [each for each in found if each.value > found[0].value and each.value - found[0].value in shown]
    return [*whole[:1], *found]


def _paid(read: Sequence[Line], whole: bool) -> set[Decimal]:
    """What was handed over less the change that was given back."""
    given = [each.value for each in _labelled(_GIVEN, read, 0, whole, all_kinds=True)]
    back = [each.value for each in _labelled(_BACK, read, 0, whole, all_kinds=True)]
    return {one - other for one in given[:4] for other in back[:2] if one > other >= 0}


def parts(labels: Sequence[str], read: Sequence[Line], whole: bool) -> list[Amount]:
    """Amounts beside the labels of a subtotal or a tax, in the order they stand; no totals are left out."""
    return [each for label in labels for each in _labelled(label, read, STRONG, whole, all_kinds=True)]


def largest(read: Sequence[Line]) -> Amount | None:
    """The fallback: the largest amount with cents anywhere."""
    return max(_everywhere(read), key=lambda each: each.value, default=None)


def _everywhere(read: Sequence[Line]) -> list[Amount]:
    return [each for line in read for spot in spots(line) for each in _in_spot(spot, 0, 0.0, "")]


def consistent(
    found: Sequence[Amount], subtotals: Sequence[Amount], taxes: Sequence[Amount], read: Sequence[Line]
) -> tuple[Amount | None, Amount | None, Amount | None]:
    """The best total with the subtotal and the tax that add up to it, else the first of each."""
    for total in found[:6]:
        for subtotal in subtotals[:8]:
            for tax in taxes[:8]:
                if abs(subtotal.value + tax.value - total.value) <= TOLERANCE and subtotal.value > max(
                    tax.value, Decimal(0)
                ):
                    return total, subtotal, tax
    best = found[0] if found else None
    split = _split(best, read) if best else None
    if best and split:
        return best, *split
    below_total = [each for each in subtotals if best is None or 0 < each.value <= best.value * 2]
    small = [each for each in taxes if best is None or abs(each.value) < best.value]
    first_tax = small[0] if small else None
    return best, below_total[0] if below_total else _remainder(best, first_tax, read), first_tax


def _remainder(total: Amount | None, tax: Amount | None, read: Sequence[Line]) -> Amount | None:
    """What the tax leaves of the total, where the document shows it under a label of its own."""
    if total is None or tax is None or not 0 < tax.value < total.value / 2:
        return None
    shown = (each for each in _everywhere(read) if each.value == total.value - tax.value)
    return next((replace(each, worth=BARE) for each in shown), None)


def _split(total: Amount, read: Sequence[Line]) -> tuple[Amount, Amount] | None:
    """Net and tax from a row of a tax table: two amounts that add up to the total beside them."""
    for line in read:
        row = [each for spot in spots(line) for each in _in_spot(spot, 0, STRONG, "")]
        for net, tax, gross in zip(row, row[1:], row[2:], strict=False):
            if (
                gross.value == total.value
                and 0 < tax.value < net.value
                and abs(net.value + tax.value - gross.value) <= TOLERANCE
            ):
                return net, tax
    return None


def _labelled(
    label: str, read: Sequence[Line], worth: float, whole: bool, *, all_kinds: bool = False
) -> Iterator[Amount]:
    for spot in matching(compiled(label), read):
        for match in compiled(label).finditer(spot.text):
            context = spot.text[max(0, match.start() - 12) : match.end() + 14]
            if not all_kinds and _NOT_A_TOTAL.search(context):
                continue
            better = ROUNDED if _ROUNDED.search(context) and not all_kinds else worth
            yield from _after(spot, match, read, better, whole)


def _after(spot: Spot, match: re.Match[str], read: Sequence[Line], worth: float, whole: bool) -> list[Amount]:
    """The last amount behind the label on its line, else the one below it."""
    beside = [each for each in _in_spot(spot, match.end(), worth, match[0], whole) if not _parted(spot, match, each)]
    columns = [each for other in right_of(spot) for each in _in_spot(other, 0, worth, match[0], whole)]
    if beside or columns:
        return (beside + columns)[-1:]
    for under in list(below(spot, read, reach=2))[:1]:
        found = list(_in_spot(under, 0, worth - NEXT_LINE_COST, match[0], whole))
        if found:
            return found[-1:]
    return []


def _parted(spot: Spot, match: re.Match[str], amount: Amount) -> bool:
    """Does another label stand between this one and the amount, after an amount of its own?"""
    between = spot.text[match.end() : amount.read.start]
    return bool(amounts.find(between) and _NEXT_LABEL.search(between))


def _in_spot(spot: Spot, start: int, worth: float, label: str, whole: bool = False) -> Iterator[Amount]:
    """The amounts of a segment from a character on; whole: a number without decimals that is all of it, too."""
    text = spot.text[start:]
    found = amounts.find(text)
    if whole and not found:
        shift = len(text) - len(text.lstrip(SEPARATORS))
        start, found = start + shift, amounts.entire(text[shift:])
    for each in found:
        read = Read(value=amounts.plain(each.value), start=each.start + start, end=each.end + start)
        yield Amount(value=each.value, worth=worth, read=read, spot=spot, label=label)
