"""The parameters of a search become filters; pure."""

import re

from pipeline.parameters import refused
from pipeline.search.filters import FieldFilter, Filters, Range

from .parameters import DECIMAL, Parameters, bounds, is_date

FIELD = "field."
FIELD_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
MOST_FIELDS = 10


def filters_of(given: Parameters, tenant: str) -> Filters:
    """Raises BadRequest, naming what was expected."""
    names = given.names(FIELD)
    if len(names) > MOST_FIELDS:
        raise refused(f"{len(names)} fields are asked for, the limit is {MOST_FIELDS}")
    return Filters(
        tenant=tenant,
        categories=given.slugs("category"),
        languages=given.slugs("language"),
        created=created(given.text("created")),
        fields=[each for name in names for each in field_filters(name, given.many(name))],
    )


def created(value: str | None) -> Range | None:
    """Days, both included: 2024-01-01..2024-12-31, 2024-05-03, or one end open."""
    if value is None:
        return None
    low, high = bounds("created", value) if ".." in value else (value, value)
    for each in (low, high):
        if each is not None and not is_date(each):
            raise refused(f"created is {value[:60]!r}, expected a date or two as in 2024-01-01..2024-12-31")
    return Range(low=low, high=high)


def field_filters(name: str, values: list[str]) -> list[FieldFilter]:
    """Each value must hold: field.seller=ACME, field.total=100..250, field.date=2024-01-01.."""
    field = name.removeprefix(FIELD)
    if not FIELD_NAME.fullmatch(field):
        raise refused(f"{name[:80]!r} names no field: expected letters, digits, '_', '-' and '.'")
    return [field_filter(field, name, value.strip()) for value in values]


def field_filter(field: str, name: str, value: str) -> FieldFilter:
    if not value:
        raise refused(f"{name} is empty")
    if ".." not in value:
        number = float(value) if DECIMAL.fullmatch(value) else None
        return FieldFilter(
            name=field, equals=value, number=Range(low=number, high=number) if number is not None else None
        )
    low, high = bounds(name, value)
    ends = [each for each in (low, high) if each is not None]
    if all(is_date(each) for each in ends):
        return FieldFilter(name=field, date=Range(low=low, high=high))
    if all(DECIMAL.fullmatch(each) for each in ends):
        return FieldFilter(
            name=field, number=Range(low=float(low) if low else None, high=float(high) if high else None)
        )
    raise refused(f"{name} is {value[:60]!r}, expected two numbers or two dates as in 100..250")
