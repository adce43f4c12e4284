"""Parties and amounts of invoices and orders; pure."""

from . import money, names, parties, totals
from .context import Context, Described
from .kinds import Read
from .labels import Candidate
from .lines import spots
from .totals import Amount
from .values import FieldValue

WEAK = 0.5


def seller(context: Context, described: Described) -> FieldValue | None:
    """A labelled name, the letterhead's company, or the company named most."""
    buyer = next(iter(_buyers(context)), None)
    not_this = buyer.read.value if buyer else ""
    labelled = [each for each in parties.labelled(described.get("x-labels", ()), context.read) if each.score > 0.7]
    head = parties.letterhead(context.read, but_not=not_this) if context.read else None
    if head and not names.is_company(head.read.value):
        head = parties.company_anywhere(context.read, but_not=not_this) or head
    best = next(iter([*labelled, *([head] if head else [])]), None)
    return best.to_value() if best else None


def buyer(context: Context, described: Described) -> FieldValue | None:
    """A labelled name, else the head of the address block that is not the seller's."""
    from_whom = context.known("seller").casefold()
    labelled = parties.labelled(described.get("x-labels", ()), context.read)
    weakly = parties.labelled(described.get("x-weak-labels", ()), context.read, WEAK)
    strong = [each for each in labelled if each.score > WEAK]
    found = [*strong, *parties.addressees(context.read), *labelled, *weakly]
    options = [each for each in found if each.read.value.casefold() != from_whom]
    return options[0].to_value() if options else None


def ordered_from(context: Context, described: Described) -> FieldValue | None:
    """A labelled name, else the head of the second address block: an order is headed by who orders."""
    labelled = parties.labelled(described.get("x-labels", ()), context.read)
    best = next(iter([*labelled, *parties.addressees(context.read)[1:2]]), None)
    return best.to_value() if best else None


def ordered_by(context: Context, described: Described) -> FieldValue | None:
    """A labelled name, else the letterhead, else whom the goods go to."""
    labelled = parties.labelled(described.get("x-labels", ()), context.read)
    head = parties.letterhead(context.read, but_not=context.known("seller")) if context.read else None
    weakly = parties.labelled(described.get("x-weak-labels", ()), context.read, WEAK)
    best = next(iter([*labelled, *([head] if head else []), *weakly]), None)
    return best.to_value() if best else None


def total(context: Context, described: Described) -> FieldValue | None:
    return _valued(context.sums[0]) or _largest(context)


def subtotal(context: Context, _: Described) -> FieldValue | None:
    return _valued(context.sums[1])


def tax(context: Context, _: Described) -> FieldValue | None:
    return _valued(context.sums[2])


def currency(context: Context, _: Described) -> FieldValue | None:
    found = money.currency(context.text)
    if found is None:
        return None
    code, shown = found
    for line in context.read:
        for spot in spots(line):
            at = spot.text.find(shown[0])
            if at >= 0:
                read = Read(value=code, start=at, end=at + len(shown[0]))
                return Candidate(read=read, spot=spot, score=0.85, label="").to_value()
    return FieldValue(value=code, quote=shown[0], confidence=0.7)


def _valued(amount: Amount | None) -> FieldValue | None:
    if amount is None:
        return None
    return amount.to_candidate(
        0.9 if amount.worth > totals.STRONG else 0.85 if amount.worth == totals.STRONG else 0.6
    ).to_value()


def _largest(context: Context) -> FieldValue | None:
    amount = totals.largest(context.read)
    return amount.to_candidate(0.3).to_value() if amount and amount.value > 0 else None


def _buyers(context: Context) -> list[Candidate]:
    return [each for each in parties.labelled(context.labels.get("buyer", ()), context.read) if each.score > WEAK]
