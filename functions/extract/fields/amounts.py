"""Amounts of money in running text; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_CODES = r"(?:EUR|USD|GBP|CHF|MYR|RM|INR|Rs\.?|AUD|CAD|SGD|JPY|KRW|PLN|SEK|NOK|DKK|zł|kr)(?![A-Za-z])"
_SIGNS = rf"(?:US\$|A\$|C\$|S\$|HK\$|R\$|[$€£¥₹₩₽]|{_CODES})"
_BODY = r"\d{1,3}(?:[.,'’`´ \u00a0\u202f]\d{3}){1,4}(?!\d)|\d{1,9}"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<minus>[-−–] ?)?(?P<open>\( ?)?(?P<before>{_SIGNS} ?)?(?P<late>[-−–] ?)?"
    rf"(?P<body>{_BODY})(?P<cents>[.,] ?[\dOo]{{2}}(?![\d]))?(?![.,/-]?\d)(?P<dash>[.,][-–—]{{1,2}})?"
    rf"(?P<after> ?{_SIGNS}(?! ?\d))?(?P<credit>-(?!\d)|\))?(?P<percent> ?%)?",
)


@dataclass(frozen=True, kw_only=True)
class AmountFound:
    """A plain decimal and the characters it was read from; marked tells of a currency sign or code beside it."""

    value: Decimal
    start: int
    end: int
    marked: bool
    cents: bool


def find(text: str) -> list[AmountFound]:
    """Numbers that can be money: with two decimals or a currency mark; percentages and dates are none."""
    return list(_found(text))


def plain(value: Decimal) -> str:
    """The way amounts are stored: 1234.50."""
    return format(value, "f")


def parse(text: str) -> Decimal | None:
    """The one amount a text is, whole numbers included; None where it is none."""
    return next((each.value for each in entire(text)), None)


def entire(text: str) -> list[AmountFound]:
    """The one amount that is all of a text, whole numbers included."""
    return [each for each in _matches(text.strip()) if each.start == 0 and each.end == len(text.strip())]


def _found(text: str) -> Iterator[AmountFound]:
    return (each for each in _matches(text) if each.cents or each.marked)


def _matches(text: str) -> Iterator[AmountFound]:
    for found in _AMOUNT.finditer(text):
        if found["percent"]:
            continue
        whole = re.sub(r"\D", "", found["body"])
        cents = found["cents"].translate(str.maketrans("Oo", "00"))[1:].strip() if found["cents"] else ""
        negative = bool(
            found["minus"] or found["late"] or found["credit"] == "-" or (found["open"] and found["credit"])
        )
        value = Decimal(f"{whole}.{cents}" if cents else whole)
        yield AmountFound(
            value=-value if negative else value,
            start=found.start(),
            end=found.end(),
            marked=bool(found["before"] or found["after"] or found["dash"]),
            cents=bool(cents),
        )
