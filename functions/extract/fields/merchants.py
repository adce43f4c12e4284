"""The shop of a receipt and where it is; pure."""

import itertools
import re
from dataclasses import replace

from . import amounts, dates, names, parties
from .context import Context, Described
from .labels import Candidate
from .lines import Line, box_of
from .values import FieldValue

ADDRESS_LINES = 6
ADDRESS_SCORE = 0.35
"""The longer a value, the likelier a character of it is wrong."""
_POSTAL = re.compile(r"\b\d{4,6}\b")
_REGISTRATION = re.compile(
    r"\b(?:reg|roc|company no|co\.? ?no|gst|sst|vat|siret|tax id)\b|[\d-]{5,12}[ -]?[A-Z]\W{0,2}$", re.IGNORECASE
)
_AFTER_ADDRESS = re.compile(
    r"\b(?:tel|phone|fax|hp\b|gst|sst|vat|tax\b|invoice|receipt|cash\b|bill\b|date|no\.? ?:|e-?mail|www|ticket|order"
    r"|table\b|cashier|reg no|siret|ust\b|company)|@|^\W{0,2}[\d ()+-]{8,}$|\d[.,]\d\d\b|^\W*$|\d\d:\d\d"
    r"|\d[/.-]\d{1,2}[/.-]\d\d|\b\d{2,3}[ -]\d{6,8}\b",
    re.IGNORECASE,
)
_POSTAL_MISREAD = re.compile(r"\b(?=\w*\d{3})[\dOo]{5,6}\b")
_NOUGHTS = str.maketrans("Oo", "00")
_LONG_NUMBER = re.compile(r"\d{3}")
_PART_OF_ADDRESS = re.compile(r"\d|,")
_PLACE = re.compile(r"[^\W\d]{3},\s")
_ONLY_FORM = re.compile(rf"\W{{0,2}}(?:{names.LEGAL.pattern}\W{{0,3}}){{1,2}}", re.IGNORECASE)


def merchant(context: Context, _: Described) -> FieldValue | None:
    """Receipts are headed by the shop's name: above the first date or price any name will do, below it a company."""
    unpriced = [line for line in context.read if not _is_priced(line)]
    above = list(itertools.takewhile(lambda line: not _is_priced(line) and not _is_dated(line, context), context.read))
    head = parties.letterhead(above) if above else None
    if head is None or not _is_shop(head.read.value):
        head = parties.company_anywhere(unpriced)
    return _whole(head, context.read).to_value() if head else None


def _is_shop(name: str) -> bool:
    """A long number beside it makes a name an address, or a reference."""
    return names.is_company(name) or not _LONG_NUMBER.search(name)


def _whole(head: Candidate, read: tuple[Line, ...]) -> Candidate:
    """A legal form alone on its line ends the name above it."""
    number = head.spot.line.number
    above = read[number - 1] if number else None
    if above is None or not _ONLY_FORM.fullmatch(head.read.value) or len(above.segments) > 1:
        return head
    name = names.cleaned(above.text)
    return replace(head, read=replace(head.read, value=f"{name} {head.read.value}")) if name else head


def merchant_address(context: Context, _: Described) -> FieldValue | None:
    """The lines between the shop's name and its telephone, tax number or title, joined by spaces."""
    at = _of_merchant(context)
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
    if not any(names.is_address(line.text) or _POSTAL.search(line.text) or _PLACE.search(line.text) for line in kept):
        return None
    return FieldValue(
        value=_with_digits(" ".join(" ".join(line.text.split()) for line in kept).strip(" ,.")),
        page=kept[0].page,
        quote="\n".join(line.text for line in kept),
        box=box_of(segment for line in kept for segment in line.segments),
        confidence=ADDRESS_SCORE,
    )


def _with_digits(address: str) -> str:
    """Postal codes in which OCR took a nought for a letter."""
    return _POSTAL_MISREAD.sub(lambda found: found[0].translate(_NOUGHTS), address)


def _of_merchant(context: Context) -> int | None:
    """The line of the head that shows the shop's name, as it is printed there."""
    found = context.found.get("seller")
    quote = found.quote if isinstance(found, FieldValue) else None
    head = context.read[: parties.HEAD_LINES]
    return next((line.number for line in head if quote and quote in line.text), None)


def _is_priced(line: Line) -> bool:
    return any(each.cents for each in amounts.find(line.text))


def _is_dated(line: Line, context: Context) -> bool:
    return bool(dates.find(line.text, days_first=context.days_first))
