"""What an upload may say about itself."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.upload import accept
from pipeline.errors import BadRequest
from pipeline.filename import cleaned


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe"),
        ("  spaced .txt ", "spaced .txt"),
        ("e\u0301.txt", "é.txt"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("folder/", "folder"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_filename_keeps_only_its_last_part_and_what_is_visible(given_name: str, kept: str) -> None:
    assert cleaned(given_name) == kept


@given(st.text(max_size=600))
def test_no_filename_is_a_path_or_too_long(name: str) -> None:
    kept = cleaned(name)
    assert 1 <= len(kept) <= 255
    assert not set("/\\\0\n") & set(kept)
    assert kept not in (".", "..")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a.pdf", "a.pdf"),
        ("a%20b.pdf", "a b.pdf"),
        ("100%.pdf", "100%.pdf"),
        ("UTF-8''%e2%82%ac.pdf", "€.pdf"),
        ("utf-8'de'%C3%A4.pdf", "ä.pdf"),
        ("iso-8859-1''%e4.pdf", "ä.pdf"),
        ("it's one's.pdf", "it's one's.pdf"),
        ("ä.pdf".encode().decode("latin-1"), "ä.pdf"),
    ],
)
def test_a_name_in_a_header_may_be_plain_percent_encoded_or_extended(header: str, name: str) -> None:
    assert accept.header_filename(header) == name


@pytest.mark.parametrize(("header", "key"), [("k", "k"), ('"k"', "k"), ('"a\\"b"', 'a"b'), (None, None)])
def test_an_idempotency_key_may_be_bare_or_a_structured_string(header: str | None, key: str | None) -> None:
    assert accept.idempotency_key(header) == key


@pytest.mark.parametrize("header", ["", '""', "x" * 256, "tab\t", "ü"])
def test_an_idempotency_key_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        accept.idempotency_key(header)
    assert refusal.value.code == "invalid-idempotency-key"


def test_each_file_of_a_batch_has_a_key_of_its_own_that_repeats() -> None:
    keys = [accept.item_key("k", number) for number in range(3)]
    assert len(set(keys)) == 3
    assert keys == [accept.item_key("k", number) for number in range(3)]
    assert accept.item_key("k", 1) != accept.item_key("k1", 1)


def test_a_correlation_id_is_taken_over_when_it_is_a_uuid_else_made() -> None:
    wanted = uuid4()
    assert accept.correlation_id(str(wanted)) == wanted
    assert isinstance(accept.correlation_id("order 66"), UUID)
    assert accept.correlation_id(None) != accept.correlation_id(None)


def command(**changes: Any) -> accept.Command:
    values: dict[str, Any] = {"tenant": "a", "correlation_id": uuid4(), "idempotency_key": "k", "traceparent": None}
    return accept.Command(**{**values, "allow_duplicates": False, **changes})


def test_a_fingerprint_is_what_was_asked_and_nothing_else() -> None:
    first = accept.fingerprint(command(), "a.txt", {"b": 1, "a": 2}, "00")
    assert accept.fingerprint(command(), "a.txt", {"a": 2, "b": 1}, "00") == first
    others = [
        accept.fingerprint(command(), "b.txt", {"a": 2, "b": 1}, "00"),
        accept.fingerprint(command(), "a.txt", {"a": 2}, "00"),
        accept.fingerprint(command(), "a.txt", {"a": 2, "b": 1}, "01"),
        accept.fingerprint(command(tenant="b"), "a.txt", {"a": 2, "b": 1}, "00"),
        accept.fingerprint(command(allow_duplicates=True), "a.txt", {"a": 2, "b": 1}, "00"),
    ]
    assert first not in others
    assert len(set(others)) == len(others)


def test_a_trace_is_followed_only_when_it_is_one() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert accept.command({"traceparent": trace}, {}, "a").traceparent == trace
    assert accept.command({"traceparent": "none"}, {}, "a").traceparent is None


def test_duplicates_are_referred_or_allowed_and_nothing_else() -> None:
    assert accept.command({}, {"duplicates": "allow"}, "a").allow_duplicates
    assert not accept.command({}, {}, "a").allow_duplicates
    with pytest.raises(BadRequest):
        accept.command({}, {"duplicates": "maybe"}, "a")


def test_a_parameter_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadRequest, match="known are: duplicates"):
        accept.command({}, {"duplicate": "allow"}, "a")


def test_metadata_is_kept_as_it_came() -> None:
    assert accept.metadata('{"a": [1, {"b": null}], "ü": "\\\\u0000"}') == {"a": [1, {"b": None}], "ü": "\\u0000"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "invalid-metadata"),
        ("[]", "invalid-metadata"),
        ("null", "invalid-metadata"),
        ('{"a": NaN}', "invalid-metadata"),
        ('{"a": 1e999}', "invalid-metadata"),
        ('{"a": "\\u0000"}', "invalid-metadata"),
        ('{"\\u0000": 1}', "invalid-metadata"),
        ('{"a": "\\ud800"}', "invalid-metadata"),
        (b'{"a": "\xff"}', "invalid-metadata"),
        ('{"a":' + "[" * 20 + "]" * 20 + "}", "invalid-metadata"),
        ('{"a":' + "[" * 4000 + "]" * 4000 + "}", "invalid-metadata"),
        ('{"a": "' + "x" * 8192 + '"}', "metadata-too-large"),
    ],
)
def test_metadata_that_cannot_be_kept_is_refused(content: str | bytes, code: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        accept.metadata(content)
    assert refusal.value.code == code
