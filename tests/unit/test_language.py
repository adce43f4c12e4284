import pytest

from pipeline import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thank you for your order, we will ship it on Monday.", "en"),
        ("TOTAL AMOUNT DUE PLEASE PAY WITHIN THIRTY DAYS", "en"),
        ("Sehr geehrte Damen und Herren, anbei erhalten Sie die Rechnung.", "de"),
        ("Veuillez trouver ci-joint la facture de votre commande.", "fr"),
        ("Le adjuntamos la factura de su pedido del mes pasado.", "es"),
        ("In allegato trovate la fattura del vostro ordine.", "it"),
        ("Dit is een Nederlandse brief over de huur van het huis.", "nl"),
        ("这是一份租赁合同，双方同意以下条款。", "zh"),
        ("هذه فاتورة بالمبلغ المستحق عن الشهر الماضي", "ar"),
    ],
)
def test_the_language_of_a_sentence_is_told(text: str, code: str) -> None:
    assert language.detect(text) == code


@pytest.mark.parametrize("text", ["", "   \n", "12 345,67 / 2024-01-01", "a b c", "Nr. 5", "\x00\x01", "\ud800" * 20])
def test_a_text_that_says_too_little_is_und(text: str) -> None:
    assert language.detect(text) == language.UNKNOWN
