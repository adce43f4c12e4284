"""Parties and amounts of invoices, receipts and orders; pure."""

import functools
import itertools
import re

from . import amounts, dates, money, names, parties, totals
from .context import Context, Described
from .kinds import Read
from .labels import Candidate
from .lines import NOWHERE, Line, spots
from .totals import Amount
from .values import FieldValue

ADDRESS_LINES = 6
WEAK = 0.5
_POSTAL = re.compile(r"\b\d{4,6}\b")
_REGISTRATION = re.compile(
    r"\b(?:reg|roc|company no|co\.? ?no|gst|sst|vat|siret|tax id)\b|[\d-]{5,12}[ -]?[A-Z]\W{0,2}$", re.IGNORECASE
)
_AFTER_ADDRESS = re.compile(
    r"\b(?:tel|phone|fax|hp\b|gst|sst|vat|tax\b|invoice|receipt|cash\b|bill\b|date|no\.? ?:|e-?mail|www|ticket|order"
    r"|table\b"
    r"|cashier|reg no|siret|ust\b|company)|@|^\W{0,2}[\d ()+-]{8,}$|\d[.,]\d\d\b|^\W*$|\d\d:\d\d"
    r"|\d[/.-]\d{1,2}[/.-]\d\d",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"\d{3}")
_PART_OF_ADDRESS = re.compile(r"\d|,")


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


def merchant(context: Context, _: Described) -> FieldValue | None:
    """Receipts are headed by the shop's name: above the first date or price any name will do, below it a company."""
    unpriced = [line for line in context.read if not _is_priced(line)]
    above = list(itertools.takewhile(lambda line: not _is_priced(line) and not _is_dated(line, context), context.read))
    head = parties.letterhead(above) if above else None
    if head is None or (_LONG_NUMBER.search(head.read.value) and not names.is_company(head.read.value)):
        head = parties.company_anywhere(unpriced)
    return head.to_value() if head else None


def merchant_address(context: Context, _: Described) -> FieldValue | None:
    """The lines between the shop's name and its telephone, tax number or title, joined by spaces."""
    name = context.known("seller")
    at = next((line.number for line in context.read[: parties.HEAD_LINES] if name and name in line.text), None)
    if at is None:
        return None
    kept: list[Line] = []
    for line in context.read[at + 1 : at + 1 + ADDRESS_LINES]:
        looks = _PART_OF_ADDRESS.search(line.text) or names.is_address(line.text)
        if not kept and (_REGISTRATION.search(line.text) or not looks):
            continue
        if _AFTER_ADDRESS.search(line.text) or line.page != context.read[at].page:
            break
        if kept and _POSTAL.search(kept[-1].text) and not names.is_address(line.text):
            break
        kept.append(line)
    if not any(names.is_address(line.text) or _POSTAL.search(line.text) for line in kept):
        return None
    boxes = [segment.box for line in kept for segment in line.segments]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return FieldValue(
        value=" ".join(" ".join(line.text.split()) for line in kept).strip(" ,."),
        page=kept[0].page,
        quote="\n".join(line.text for line in kept),
        box=box if boxes[0] != NOWHERE else None,
        confidence=0.6,
    )


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
    return _valued(_amounts(context)[0]) or _largest(context)


def subtotal(context: Context, _: Described) -> FieldValue | None:
    return _valued(_amounts(context)[1])


def tax(context: Context, _: Described) -> FieldValue | None:
    return _valued(_amounts(context)[2])


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


def _is_priced(line: Line) -> bool:
    return any(each.cents for each in amounts.find(line.text))


def _is_dated(line: Line, context: Context) -> bool:
    return bool(dates.find(line.text, days_first=context.days_first))


def _amounts(context: Context) -> tuple[Amount | None, Amount | None, Amount | None]:
    labels = context.labels
    return _consistent(context, tuple(labels["total"]), tuple(labels.get("subtotal", ())), tuple(labels.get("tax", ())))


@functools.lru_cache(maxsize=8)
def _consistent(
    context: Context, total: tuple[str, ...], subtotal: tuple[str, ...], tax: tuple[str, ...]
) -> tuple[Amount | None, Amount | None, Amount | None]:
    read = context.read
    return totals.consistent(totals.totals(total, read), totals.parts(subtotal, read), totals.parts(tax, read), read)


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
