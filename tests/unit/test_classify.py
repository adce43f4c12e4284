import shutil
from pathlib import Path

import numpy as np
import pytest

from functions.classify import rules
from functions.classify.classify import UNSURE_BELOW, Decision, classify
from functions.classify.evidence import Evidence, facts, words_of_pages
from functions.extract.fields import FieldValue
from functions.extract.fields.context import context_of
from functions.extract.fields.rules import by_rules
from pipeline import categories
from pipeline.categories import Category

from .laid_out import flowing, page

INVOICE = """Tax Invoice
Invoice No: 7731      Invoice date: 3 May 2023
Bill to: Larkfield School
Total due 118.00
VAT 20% 19.67"""

WAYBILL = """WAYBILL
Consignor: Peters   Consignee: Lang   Waybill number 88-2
Gross weight 410 kg   Carrier: Road Express"""


def decide(
    text: str,
    *,
    media_type: str = "application/pdf",
    known: tuple[Category, ...] | None = None,
    evidence: Evidence | None = None,
) -> Decision:
    return classify(
        text=text,
        media_type=media_type,
        filename="document",
        evidence=evidence or Evidence(),
        embedding=None,
        corrected=None,
        known=known,
    )


def test_an_invoice_is_recognised_with_reasons_a_person_can_read() -> None:
    decision = decide(INVOICE)
    assert decision.category == "invoice"
    assert decision.confidence > 0.8
    assert decision.method == "rules+words"
    assert any("Tax Invoice" in reason for reason in decision.reasons)
    assert not decision.warnings


@pytest.mark.parametrize("category", categories.load(), ids=lambda category: category.name)
def test_most_examples_fall_into_their_own_category(category: Category) -> None:
    best = [decide(example).alternatives[0].category for example in category.examples()]
    assert best.count(category.name) / len(best) >= 0.8


@pytest.mark.parametrize(
    ("shape", "words", "media_type", "told"),
    [
        (4 / 3, 60, "application/pdf", True),
        (1.6, 60, "application/pdf", True),
        (16 / 9, 60, "application/pdf", True),
        (16 / 9, 600, "application/pdf", False),
        (16 / 9, 0, "application/pdf", False),
        (16 / 9, 60, "image/jpeg", False),
        (11 / 8.5, 60, "application/pdf", False),
        (2**0.5, 60, "application/pdf", False),
        (8.5 / 11, 60, "application/pdf", False),
        (None, None, "application/pdf", False),
    ],
)
def test_screens_with_few_words_are_slides(shape: float | None, words: int | None, media_type: str, told: bool) -> None:
    assert ("slides" in facts(Evidence(page_shape=shape, page_words=words), media_type)) is told


def test_the_words_of_a_page_are_those_of_the_middle_one() -> None:
    pages = [page(words) for words in ("Title", "one two three", "a long page with very many words")]
    assert words_of_pages(pages) == 3
    assert words_of_pages(()) is None


def test_slides_that_report_figures_are_a_presentation() -> None:
    text = "Metrics Dashboard | Q2 2024\nMonthly recurring revenue $580K\nNet revenue retention 147%\nGross margin 78%"
    slides = Evidence(pages=3, page_shape=16 / 9, page_words=40)
    assert decide(text).category == "report"
    assert decide(text, evidence=slides).category == "presentation"


@pytest.mark.parametrize(
    ("head", "salutation", "closing"),
    [
        ("September 1, 2023", "Dear Robert and Linda Jones,", "Sincerely,"),
        ("President   February 14, 2007", "Teny Weidner   Dear Colleagues,", "Yours sincerely,"),
        ("Verden, 3. Mai 2022", "Sehr geehrte Frau Albers,", "Mit freundlichen Grüßen"),
        ("Lyon, le 3 mai 2022", "Madame, Monsieur,", "Cordialement,"),
        ("Madrid, 3 de mayo de 2022", "Estimada señora:", "Atentamente,"),
    ],
)
def test_date_salutation_and_closing_make_a_letter(head: str, salutation: str, closing: str) -> None:
    assert decide(f"{head}\n{salutation}\n12 34 56\n{closing}\nA. Weber").category == "letter"


def test_a_rule_across_the_page_is_no_blank_of_a_form() -> None:
    form = next(each for each in categories.load() if each.name == "form")
    assert rules.cues_found(form, f"Chapter {'_' * 60}") == ()
    assert rules.cues_found(form, f"Mooring {'_' * 12}")


def test_an_embedded_invoice_settles_the_matter() -> None:
    decision = classify(
        text="Dear all, best regards",
        media_type="application/pdf",
        filename="a.pdf",
        evidence=Evidence(xml_root="CrossIndustryInvoice"),
        embedding=None,
        corrected=None,
    )
    assert (decision.category, decision.method) == ("invoice", "evidence")


@pytest.mark.parametrize("media_type", ["message/rfc822", "application/vnd.ms-outlook"])
def test_a_mail_file_is_an_email_whatever_it_says(media_type: str) -> None:
    assert decide(INVOICE, media_type=media_type).category == "email"


def test_a_correction_wins() -> None:
    decision = classify(
        text=INVOICE,
        media_type="message/rfc822",
        filename="a.eml",
        evidence=Evidence(email_headers=True),
        embedding=None,
        corrected="contract",
    )
    assert (decision.category, decision.confidence, decision.method) == ("contract", 1.0, "correction")


@pytest.mark.parametrize("text", ["", "\n\n", "blue seven window", "\ud800\x00"])
def test_what_fits_nothing_is_other_with_a_warning_and_the_alternatives(text: str) -> None:
    decision = decide(text)
    assert decision.category == "other"
    if decision.confidence < UNSURE_BELOW:
        assert [warning.code for warning in decision.warnings] == ["category-unsure"]
    assert len(decision.alternatives) == 5


@pytest.mark.parametrize(
    "text",
    [
        "Статья 1. Общие положения. Настоящий закон вступает в силу 1 января 2019 года, пункт 2 части 3.",
        "ทดสอบ เอกสาร ภาษาไทย 2562 สวัสดี ชาวโลก",
        "יותר מחצי שנה אחרי שהוועדה קבעה כי יש להחליט 2008",
    ],
)
def test_a_language_nobody_taught_is_left_to_the_rules(text: str) -> None:
    decision = classify(
        text=text,
        media_type="application/pdf",
        filename="a.pdf",
        evidence=Evidence(),
        embedding=np.full(384, 1 / np.sqrt(384)).tolist(),
        corrected=None,
    )
    assert (decision.category, decision.method) == ("other", "rules")


def test_confidences_are_shares_of_one() -> None:
    shares = [alternative.confidence for alternative in decide(INVOICE).alternatives]
    assert shares == sorted(shares, reverse=True)
    assert 0.9 < sum(shares) <= 1.001


def test_a_paid_slip_headed_tax_invoice_is_a_receipt() -> None:
    slip = "CORNER SHOP\nTAX INVOICE\nCashier: Ana\nTotal 8.10\nCASH 10.00\nCHANGE 1.90\nThank you, please come again"
    assert decide(slip).category == "receipt"


def test_the_embedding_is_a_vote_of_its_own() -> None:
    decision = classify(
        text="blue seven window",
        media_type="text/plain",
        filename="a.txt",
        evidence=Evidence(),
        embedding=np.full(384, 1 / np.sqrt(384)).tolist(),
        corrected=None,
    )
    assert "embedding" in decision.method


def test_adding_a_folder_adds_a_category_with_its_fields(tmp_path: Path) -> None:
    folder = tmp_path / "categories"
    shutil.copytree(categories.FOLDER, folder)
    waybill = folder / "waybill"
    waybill.mkdir()
    (waybill / "category.toml").write_text(
        "definition = 'A carrier’s note.'\n"
        "cues = [[4.0, '^waybill'], [3.0, 'consignor|consignee'], [3.0, 'waybill number'], [2.0, 'carrier:']]\n"
    )
    (waybill / "fields.schema.json").write_text(
        '{"type": "object", "properties": {"number": {"type": "string", "x-kind": "identifier", '
        '"x-labels": ["waybill number"]}}}'
    )
    assert decide(WAYBILL, known=categories.load(folder)).category == "waybill"
    schema = categories.named("waybill", folder).fields
    number = by_rules(schema, context_of([flowing(WAYBILL)], schema))["number"]
    assert isinstance(number, FieldValue)
    assert (number.value, number.page) == ("88-2", 1)
