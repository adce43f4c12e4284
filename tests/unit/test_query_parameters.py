"""A parameter is read or refused, and the refusal says what is allowed."""

import pytest
from starlette.datastructures import QueryParams

from functions.query.documents import place
from functions.query.filters import filters_of
from functions.query.parameters import Parameters, cursor
from pipeline.errors import BadRequest
from pipeline.search.filters import FieldFilter, Filters, Range


def given(query: str, *allowed: str) -> Parameters:
    return Parameters(QueryParams(query), allowed=allowed, prefixes=["field."])


def filters(query: str) -> Filters:
    return filters_of(given(query, "category", "language", "created"), "default")


def test_an_unknown_parameter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match=r"'sort' is not known here; known are: limit, q, field\.<name>"):
        given("sort=up", "q", "limit")


@pytest.mark.parametrize("value", ["0", "101", "-1", "1.5", "ten", "", "１", "9" * 30])
def test_a_number_out_of_its_bounds_is_refused_with_them(value: str) -> None:
    with pytest.raises(BadRequest, match="from 1 to 100"):
        given(f"limit={value}", "limit").number("limit", least=1, most=100, default=10)


def test_a_choice_is_refused_with_the_choices() -> None:
    with pytest.raises(BadRequest, match="expected one of: hybrid, keyword"):
        given("mode=magic", "mode").choice("mode", ["hybrid", "keyword"], "hybrid")


@pytest.mark.parametrize("query", ["q=a&q=b", "q=%00", "q=" + "x" * 1001, "&".join(["q=a"] * 51)])
def test_a_text_is_given_once_short_and_printable(query: str) -> None:
    with pytest.raises(BadRequest):
        given(query, "q").text("q")


def test_a_cursor_comes_back_as_it_was_packed() -> None:
    packed = cursor({"from": 10})
    assert given(f"cursor={packed}", "cursor").cursor() == {"from": 10}


@pytest.mark.parametrize("value", ["x", "ä", "bm90IGpzb24", "====", "W" * 900])
def test_a_cursor_of_somebody_else_is_refused(value: str) -> None:
    with pytest.raises(BadRequest) as refused:
        given(f"cursor={value}", "cursor").cursor()
    assert refused.value.code == "invalid-cursor"


@pytest.mark.parametrize(
    "content", [1, [], ["x", "y"], ["2024-01-01T00:00:00", "y"], {"a": 1, "b": 2}, ["2024-01-01", 3]]
)
def test_a_place_that_no_list_gave_out_is_refused(content: object) -> None:
    with pytest.raises(BadRequest):
        place(content)


def test_filters_hold_the_tenant_and_what_was_asked() -> None:
    found = filters("category=invoice&category=receipt&language=de&created=2024-01-01..2024-12-31")
    assert found == Filters(
        tenant="default",
        categories=["invoice", "receipt"],
        languages=["de"],
        created=Range(low="2024-01-01", high="2024-12-31"),
        fields=[],
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("field.seller=ACME+GmbH", FieldFilter(name="seller", equals="ACME GmbH")),
        ("field.total=119.00", FieldFilter(name="total", equals="119.00", number=Range(low=119.0, high=119.0))),
        ("field.total=100..250", FieldFilter(name="total", number=Range(low=100.0, high=250.0))),
        ("field.total=..0", FieldFilter(name="total", number=Range(low=None, high=0.0))),
        ("field.date=2024-01-01..", FieldFilter(name="date", date=Range(low="2024-01-01", high=None))),
        ("field.date=2024-05-03", FieldFilter(name="date", equals="2024-05-03")),
    ],
)
def test_a_field_is_equal_or_within_a_range(query: str, expected: FieldFilter) -> None:
    assert filters(query).fields == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "category=Invoice",
        "language=d%20e",
        "created=yesterday",
        "created=2024-13-01",
        "created=..",
        "field.=x",
        "field.total=",
        "field.total=..",
        "field.total=1..2024-01-01",
        "field.a%20b=1",
        "&".join(f"field.f{number}=1" for number in range(11)),
    ],
)
def test_a_filter_that_means_nothing_is_refused(query: str) -> None:
    with pytest.raises(BadRequest) as refused:
        filters(query)
    assert refused.value.code == "invalid-parameter"
