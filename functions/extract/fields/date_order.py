"""Does a date of numbers begin with the day or with the month, and is that told or guessed? Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.model import DocumentWarning

from . import dates
from .dates import NumericDate
from .values import Fields, FieldValue

GUESSED = 0.6
"""What is left of the confidence of a date whose order nothing tells."""
LONGEST_TERM_DAYS = 120
MONTHS = 12

_STATE = (
    r"AL|AK|AZ|AR|CA|CO|CT|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    r"|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_MONTH_FIRST = re.compile(
    rf"\bUSD\b|US\$|\bUSA\b|\bUnited States\b|\b(?:{_STATE}),? \d{{5}}\b|, DE \d{{5}}\b"
    r"|\b(?:State|Commonwealth) of [A-Z]|\ba [A-Z]\w+(?: [A-Z]\w+)? corporation\b"
)
_DAY_FIRST = re.compile(
    r"€|£|\b(?:EUR|GBP|MYR|RM|AUD|SGD|NZD|CHF|INR|GST|VAT|ABN|UK|Pty|PLC|plc)\b|\b[AS]\$|SDN\.? ?BHD"
    r"|\b(?:United Kingdom|England|Scotland|Wales|Ireland|Australia|New Zealand|India|Malaysia|Singapore)\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
_TERM = re.compile(
    r"\bnet (\d{1,3})\b|\b(\d{1,3}) ?(?:calendar )?(?:days?|tagen?|jours|d[ií]as|giorni|dagen|dni)\b", re.IGNORECASE
)
_NOTHING_TOLD = frozenset({"und", "en"})
"""Languages that both orders are written in."""


@dataclass(frozen=True, kw_only=True)
class DateOrder:
    """sure: the document tells it; else it is the likelier of the two."""

    days_first: bool
    sure: bool


def order_of(text: str, language: str = "und", issued_and_due: Sequence[str] = ()) -> DateOrder:
    """What decides, the first that does: a part above 12, full stops, the same date in words, the term of payment,
    the country, the language. language is ISO 639-1; issued_and_due are two dates as they are printed, or nothing.
    """
    found = dates.numeric(text)
    evidence = (_by_a_part(found), _by_stops(found), _by_words(found, text), _by_term(text, issued_and_due))
    for days_first in (*evidence, _by_country(text), None if language in _NOTHING_TOLD else True):
        if days_first is not None:
            return DateOrder(days_first=days_first, sure=True)
    return DateOrder(days_first="$" not in text or bool(_DAY_FIRST.search(text)), sure=False)


def doubted(fields: Fields, order: DateOrder) -> tuple[Fields, tuple[DocumentWarning, ...]]:
    """Where the order is guessed, dates that it changes lose confidence, and a warning names what else they can be."""
    if order.sure:
        return fields, ()
    open_dates = list(_ambiguous(fields, order))
    kept = fields | {name: replace(value, confidence=value.confidence * GUESSED) for name, value, _ in open_dates}
    return kept, tuple(
        DocumentWarning(code="date-ambiguous", message=f"{name} {value.value} can also be {other}", page=value.page)
        for name, value, other in open_dates
    )


def _ambiguous(fields: Mapping[str, object], order: DateOrder) -> Iterator[tuple[str, FieldValue, str]]:
    for name, value in fields.items():
        if isinstance(value, FieldValue) and value.method == "rules":
            for shown in dates.numeric(value.quote or "")[:1]:
                read, other = shown.readings if order.days_first else shown.readings[::-1]
                if other is not None and read == value.value != other:
                    yield name, value, other


def _by_a_part(found: Sequence[NumericDate]) -> bool | None:
    """By the majority, since OCR misreads digits."""
    days = sum(each.first > MONTHS >= each.second for each in found)
    months = sum(each.second > MONTHS >= each.first for each in found)
    return None if days == months else days > months


def _by_stops(found: Sequence[NumericDate]) -> bool | None:
    """Who parts the numbers by full stops writes the day first."""
    return True if any(each.separator == "." and None not in each.readings for each in found) else None


def _by_words(found: Sequence[NumericDate], text: str) -> bool | None:
    words = dates.in_words(text)
    told = {each.readings[0] in words for each in found if (each.readings[0] in words) != (each.readings[1] in words)}
    return told.pop() if len(told) == 1 else None


def _by_term(text: str, issued_and_due: Sequence[str]) -> bool | None:
    """The order in which the due date follows by a stated term, or follows at all."""
    spans = [_span(issued_and_due, reading) for reading in (0, 1)]
    if spans[0] == spans[1]:
        return None
    stated = {int(found[1] or found[2]) for found in _TERM.finditer(text)}
    fitting = [span in stated for span in spans]
    possible = [span is not None and 0 <= span <= LONGEST_TERM_DAYS for span in spans]
    return next((each[0] for each in (fitting, possible) if each[0] != each[1]), None)


def _span(issued_and_due: Sequence[str], reading: int) -> int | None:
    """Days from one to the other."""
    found = [each.readings[reading] for text in issued_and_due for each in dates.numeric(text)[:1]]
    issued, due = (date.fromisoformat(each) if each else None for each in (*found, None, None)[:2])
    return (due - issued).days if issued and due else None


def _by_country(text: str) -> bool | None:
    month_first, day_first = bool(_MONTH_FIRST.search(text)), bool(_DAY_FIRST.search(text))
    return None if month_first == day_first else day_first
