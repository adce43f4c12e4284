import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decoding import decoded
from pipeline.errors import Rejected

GERMAN = "Grüße aus Köln, Straße 5\nRechnung über 12 €"
JAPANESE = "名前,年齢\n山田太郎,三十\n鈴木一郎,四十\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp1252"])
def test_text_comes_back_whatever_its_encoding(encoding: str) -> None:
    assert decoded(GERMAN.encode(encoding)) == GERMAN


def test_shift_jis_is_told_from_western_text() -> None:
    assert decoded(JAPANESE.encode("cp932")) == JAPANESE


def test_a_declared_encoding_wins() -> None:
    assert decoded("Łódź".encode("cp1250"), "cp1250") == "Łódź"


def test_an_unknown_declaration_is_ignored() -> None:
    assert decoded("Łódź".encode(), "x-unknown") == "Łódź"


def test_line_breaks_become_newlines() -> None:
    assert decoded(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_bytes_without_any_text_are_refused() -> None:
    with pytest.raises(Rejected) as caught:
        decoded(bytes(range(256)) * 8 + b"\x00\x81\x00\x9d" * 50)
    assert caught.value.code == "corrupt"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff", exclude_categories=["Cs"])))
def test_any_utf_8_text_comes_back(text: str) -> None:
    assert decoded(text.encode()) == text
