"""Dates in running text, in seven languages; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    1: "january januar jänner janvier enero gennaio januari janeiro jan janv ene gen stycznia",
    2: "february februar février fevrier febrero febbraio februari fevereiro feb févr fevr fév lutego",
    3: "march märz maerz mars marzo maart março marco mar mrt mär marca",
    4: "april avril abril aprile apr avr abr kwietnia",
    5: "may mai mayo maggio mei maio mag maja",
    6: "june juni juin junio giugno junho jun giu czerwca",
    7: "july juli juillet julio luglio julho jul juil lug lipca",
    8: "august août aout agosto augustus aug ago sierpnia",
    9: "september septembre septiembre settembre setembro sep sept set września",
    10: "october oktober octobre octubre ottobre outubro oct okt ott out października",
    11: "november novembre noviembre novembro nov listopada",
    12: "december dezember décembre decembre diciembre dicembre dezembro dec dez déc dic grudnia",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split()}
_MONTH = "|".join(sorted(_MONTH_OF, key=len, reverse=True))

_YEAR_FIRST = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d) ?[-./年] ?([01]?\d) ?[-./月] ?([0-3]?\d)(?!\d)")
_NUMERIC = re.compile(
    r"(?<![\w.,/-])([0-3OolI]?[\dOolI]) ?([./-]) ?([0-3OolI]?[\dOolI]) ?\2 ?((?:19|20)[\dOolI]{2}|[\dOolI]{2})"
    r"(?:(?=\d{1,2}:\d\d)|(?![\d%]|[.,/-]\d))"
)
_DAY_NAME_YEAR = re.compile(
    rf"(?<![\d.,/])([0-3]?\d)(?: ?(?:st|nd|rd|th|er|º)\b)?[ .\-/]{{0,2}}(?:day )?(?:of |de "
    rf"|d[’'])?(?<![a-zäéû])({_MONTH})(?![a-zäéû])"
    r"[ .,\-/]{0,3}(?:de |of )?((?:19|20)\d\d|[’']?\d\d)(?![\d:])",
    re.IGNORECASE,
)
_NAME_DAY_YEAR = re.compile(
    rf"(?<![a-zäéû])({_MONTH})(?![a-zäéû])\.?[ \-/]{{0,2}}([0-3]?\d)(?:st|nd|rd|th)?(?: ?,| ?-|\.)? {{0,3}}((?:19"
    rf"|20)\d\d|[’']\d\d)(?!\d)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<![\d.,-])([0-3]\d)([01]\d)(20[0-4]\d)(?= {1,3}\d\d:\d\d)")
_LOOKALIKES = str.maketrans("OolI", "0011")
_US = re.compile(
    r"\$|\bUSD\b|\b[A-Z]{2},? \d{5}\b|\b(?:State|Commonwealth) of [A-Z]"
    r"|\ba [A-Z]\w+(?: [A-Z]\w+)? corporation\b"
)
_NOT_US = re.compile(r"€|£|\b(?:EUR|GBP|MYR|RM|AUD|SGD|GST ID)\b|SDN\.? ?BHD")


@dataclass(frozen=True, kw_only=True)
class DateFound:
    """An ISO date and the characters it was read from."""

    value: str
    start: int
    end: int


def day_first(text: str) -> bool:
    """How numeric dates of this document are read: a part above 12 tells, else the country does."""
    for found in _NUMERIC.finditer(text):
        first, second = (int(found[place].translate(_LOOKALIKES)) for place in (1, 3))
        if first > 12 >= second or second > 12 >= first:
            return first > 12
    return not _US.search(text) or bool(_NOT_US.search(text))


def find(text: str, *, days_first: bool = True) -> list[DateFound]:
    """The dates of a line, left to right."""
    found: list[DateFound] = []
    for each in sorted(_candidates(text, days_first), key=lambda each: (each.start, -each.end)):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _candidates(text: str, days_first: bool) -> Iterator[DateFound]:
    for found in _YEAR_FIRST.finditer(text):
        yield from _made(found, found[1], found[2], found[3])
    for found in _NUMERIC.finditer(text):
        first, second, year = (found[place].translate(_LOOKALIKES) for place in (1, 3, 4))
        day, month = (first, second) if days_first else (second, first)
        yield from _made(found, year, month, day) or _made(found, year, day, month)
    for found in _COMPACT.finditer(text):
        yield from _made(found, found[3], found[2], found[1])
    for found in _DAY_NAME_YEAR.finditer(text):
        yield from _made(found, found[3], found[2], found[1])
    for found in _NAME_DAY_YEAR.finditer(text):
        yield from _made(found, found[3], found[1], found[2])


def _made(found: re.Match[str], year: str, month: str, day: str) -> list[DateFound]:
    """One date, or none where the calendar has no such day."""
    number = int(year.lstrip("’'"))
    if number < 100:
        number += 1900 if number >= 70 else 2000
    try:
        value = date(number, _MONTH_OF.get(month.lower()) or int(month), int(day))
    except ValueError:
        return []
    return [DateFound(value=value.isoformat(), start=found.start(), end=found.end())]
