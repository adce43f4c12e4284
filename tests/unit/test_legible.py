from pipeline.legible import noisy, unreadable

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
