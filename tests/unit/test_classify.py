import shutil
from pathlib import Path

import numpy as np
import pytest

from functions.classify.classify import UNSURE_BELOW, Decision, classify
from functions.classify.evidence import Evidence
from functions.extract.fields import FieldValue
from functions.extract.fields.rules import by_rules
from pipeline import categories
from pipeline.categories import Category
from pipeline.pages import Page
from pipeline.rows import rows_of_text

INVOICE = """Tax Invoice
Invoice No: 7731      Invoice date: 3 May 2023
Bill to: Larkfield School
Total due 118.00
VAT 20% 19.67"""

WAYBILL = """WAYBILL
Consignor: Peters   Consignee: Lang   Waybill number 88-2
Gross weight 410 kg   Carrier: Road Express"""


def decide(text: str, *, media_type: str = "application/pdf", known: tuple[Category, ...] | None = None) -> Decision:
    return classify(
        text=text,
        media_type=media_type,
        filename="document",
        evidence=Evidence(),
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
    page = Page(number=1, width=0, height=0, rows=rows_of_text(WAYBILL), source="text")
    number = by_rules(categories.named("waybill", folder).fields, [page])["number"]
    assert isinstance(number, FieldValue)
    assert (number.value, number.page) == ("88-2", 1)
