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
_AS_OCR_READS = str.maketrans({"o": "[o0]", "l": "[l1]", "i": "[i1]"})
_MONTH = "|".join(name.translate(_AS_OCR_READS) for name in sorted(_MONTH_OF, key=len, reverse=True))
_AS_WRITTEN = (str.maketrans("01", "ol"), str.maketrans("01", "oi"))
_DAY = r"(?:[0-3][\dOolI]|(?<![A-Za-z])[OolI]\d|\d)"

_YEAR_FIRST = re.compile(r"(?<![\d.,/-])((?:19|20)\d\d) ?[-./年] ?([01]?\d) ?[-./月] ?([0-3]?\d)(?!\d)")
_NUMERIC = re.compile(
    r"(?<![\w.,/-])([0-3OolI]?[\dOolI]) ?([./-]) ?([0-3OolI]?[\dOolI]) ?\2 ?((?:19|20)[\dOolI]{2}|[\dOolI]{2})"
    r"(?:(?=\d{1,2}:\d\d)|(?![\d%]|[.,/-]\d))"
)
_DAY_NAME_YEAR = re.compile(
    rf"(?<![\d.,/])({_DAY})(?: ?(?:st|nd|rd|th|er|º)\b)?[ .\-/]{{0,2}}(?:day )?(?:of |de "
    rf"|d[’'])?(?<![a-zäéû])({_MONTH})(?![a-zäéû])"
    r"[ .,\-/]{0,3}(?:de |of )?((?:19|20)\d\d|[’']?\d\d)(?![\d:])",
    re.IGNORECASE,
)
_NAME_DAY_YEAR = re.compile(
    rf"(?<![a-zäéû])({_MONTH})(?![a-zäéû])\.?[ \-/]{{0,2}}({_DAY})(?:st|nd|rd|th)?(?: ?[,;]| ?-|\.)? {{0,3}}((?:19"
    rf"|20)\d\d|[’']\d\d)(?!\d)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<![\d.,-])([0-3]\d)([01]\d)(20[0-4]\d)(?= {1,3}\d\d:\d\d)")
_LOOKALIKES = str.maketrans("OolI", "0011")


@dataclass(frozen=True, kw_only=True)
class DateFound:
    """An ISO date and the characters it was read from."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class NumericDate:
    """The parts of a date of numbers as they are printed."""

    first: int
    second: int
    separator: str
    readings: tuple[str | None, str | None]
    """As an ISO date, with the day first and with the month first; None where the calendar has no such day."""


def numeric(text: str) -> list[NumericDate]:
    """The dates whose order of day and month the numbers alone may leave open."""
    return [_parts(found) for found in _NUMERIC.finditer(text)]


def in_words(text: str) -> frozenset[str]:
    """The ISO dates whose month is written as a word."""
    day_first = [each for found in _DAY_NAME_YEAR.finditer(text) for each in _made(found, found[3], found[2], found[1])]
    name_first = [
        each for found in _NAME_DAY_YEAR.finditer(text) for each in _made(found, found[3], found[1], found[2])
    ]
    return frozenset(each.value for each in (*day_first, *name_first))


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


def _parts(found: re.Match[str]) -> NumericDate:
    first, second, year = (found[place].translate(_LOOKALIKES) for place in (1, 3, 4))
    day_first, month_first = _made(found, year, second, first), _made(found, year, first, second)
    return NumericDate(
        first=int(first),
        second=int(second),
        separator=found[2],
        readings=(day_first[0].value if day_first else None, month_first[0].value if month_first else None),
    )


def _made(found: re.Match[str], year: str, month: str, day: str) -> list[DateFound]:
    """One date, or none where the calendar has no such day."""
    number = int(year.lstrip("’'").translate(_LOOKALIKES))
    if number < 100:
        number += 1900 if number >= 70 else 2000
    try:
        value = date(number, _month(month), int(day.translate(_LOOKALIKES)))
    except ValueError:
        return []
    return [DateFound(value=value.isoformat(), start=found.start(), end=found.end())]


def _month(text: str) -> int:
    """A name in any language, letters as OCR confuses them with digits, or a number; ValueError where it is none."""
    name = text.lower()
    names = (name, *(name.translate(each) for each in _AS_WRITTEN))
    return next((_MONTH_OF[each] for each in names if each in _MONTH_OF), None) or int(text)
