import pytest

from pipeline.legible import noisy, unread, unreadable

GOOD = "The parties agree that the Recipient shall not disclose any Information to third parties, dated 5.3.2021"
BAD = (
    "«POAH «3E*»CM tanntxim. inc. /^ . ^ toi n»Bfl. iseorty ttsrootj saifii, n u t , s*r;tiiR» FRG&t OSZ H. USSSOBS e t"
)


def test_plain_text_is_legible() -> None:
    assert not noisy(GOOD)
    assert not unreadable(GOOD)


def test_the_errors_of_an_old_scanner_are_noise() -> None:
    assert noisy(BAD)


def test_other_scripts_are_not_noise() -> None:
    assert not noisy("감염병의 예방 및 관리에 관한 법률 개정 이슈와 논점 " * 4)


def test_few_words_are_not_judged() -> None:
    assert not noisy("x* #q «3E")


def test_characters_without_meaning_cannot_be_read() -> None:
    assert unreadable("\x01\x01\x01 \x01\x01\x01 \x01\x01\x01\x01 " * 4)
    assert unreadable("\ue001\ue002\ue003 \ue004" * 8)
    assert unreadable("GLYPH<12> GLYPH<c0> " * 12)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("- 2024-0815", 0.97),  # Cyrillic: letters it does not know are left out
        ("Tιμολόγιο αριθμό 2024", 0.88),
        ("aaR, HFIT, HT, TAC AACS", 0.68),  # Devanagari
        ("", 0.0),
    ],
)
def test_writing_that_gave_few_or_doubtful_characters_is_unread(text: str, score: float) -> None:
    assert unread([(text, score, 15.0)] * 4)


@pytest.mark.parametrize(
    ("text", "score", "heights"),
    [("Invoice number 2024-0815", 0.85, 13.0), ("发票号码金额合计", 0.95, 10.0), ("請求書 合計 42,000", 0.95, 13.0)],
)
def test_writing_that_is_read_is_not(text: str, score: float, heights: float) -> None:
    assert not unread([(text, score, heights)] * 4)


def test_a_signature_below_a_letter_does_not_make_it_unread() -> None:
    assert not unread([("We enclose the contract in two copies", 0.98, 18.0)] * 6 + [("Juy", 0.4, 5.0)] * 3)


def test_of_a_few_strokes_nothing_is_said() -> None:
    assert not unread([("", 0.0, 9.0)] * 2)
