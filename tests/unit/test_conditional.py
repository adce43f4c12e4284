"""Only what changed, only the part that was asked for."""

import pytest
from starlette.requests import Request

from functions.query.conditional import NotSatisfiable, Part, fresh, part
from functions.query.content import attachment

ETAG = '"abc"'


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize("value", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_a_known_version_is_not_sent_again(value: str) -> None:
    assert fresh(request(if_none_match=value), ETAG)


def test_another_version_is_sent() -> None:
    assert not fresh(request(if_none_match='"other"'), ETAG)
    assert not fresh(request(), ETAG)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-9", Part(first=0, last=9)),
        ("bytes=90-", Part(first=90, last=99)),
        ("bytes=90-500", Part(first=90, last=99)),
        ("bytes=-10", Part(first=90, last=99)),
        ("bytes=-500", Part(first=0, last=99)),
        ("bytes=0-0", Part(first=0, last=0)),
    ],
)
def test_a_range_is_cut_to_the_object(value: str, expected: Part) -> None:
    assert part(request(range=value), 100, ETAG) == expected


@pytest.mark.parametrize("value", ["", "bytes=-", "bytes=0-1,5-6", "lines=0-1", "bytes=9-1", "bytes=a-b"])
def test_anything_else_means_the_whole(value: str) -> None:
    assert part(request(range=value), 100, ETAG) is None


@pytest.mark.parametrize("value", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_outside_the_object_cannot_be_satisfied(value: str) -> None:
    with pytest.raises(NotSatisfiable):
        part(request(range=value), 100, ETAG)


def test_a_range_of_another_version_means_the_whole() -> None:
    assert part(request(range="bytes=0-9", if_range='"other"'), 100, ETAG) is None
    assert part(request(range="bytes=0-9", if_range=ETAG), 100, ETAG) == Part(first=0, last=9)


def test_a_file_name_cannot_add_headers_and_keeps_its_letters() -> None:
    header = attachment('Prüfung "1"\r\nX: y.pdf')
    assert "\r" not in header
    assert "\n" not in header
    assert header == (
        "attachment; filename=\"Pr_fung _1___X: y.pdf\"; filename*=UTF-8''Pr%C3%BCfung%20%221%22%0D%0AX%3A%20y.pdf"
    )
