from dataclasses import replace

import pytest

from functions.extract.fields import FieldValue, extract_fields
from functions.extract.fields.reliability import PRINTED, SCANNED, Curve, weighed, worth

from .laid_out import page


@pytest.mark.parametrize("curve", [PRINTED, SCANNED])
def test_a_better_score_is_worth_more(curve: Curve) -> None:
    values = [worth(score / 100, curve) for score in range(101)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


@pytest.mark.parametrize(("score", "confidence"), [(0.0, 0.2), (0.15, 0.35), (0.3, 0.5), (1.0, 0.97)])
def test_between_two_measured_scores_it_rises_evenly(score: float, confidence: float) -> None:
    assert worth(score, PRINTED) == pytest.approx(confidence)


@pytest.mark.parametrize(("score", "confidence"), [(-0.1, 0.2), (1.05, 0.97)])
def test_a_score_beyond_the_measured_ones_is_worth_the_nearest(score: float, confidence: float) -> None:
    assert worth(score, PRINTED) == pytest.approx(confidence)


def test_what_ocr_read_is_less_sure_than_what_is_printed() -> None:
    printed = page("Harbour Tools Ltd\nInvoice No: 77\nTotal due: 5.00 EUR")
    found = [
        extract_fields(category="invoice", pages=[each], attachments=[], corrections={}).to_json()
        for each in (printed, replace(printed, source="ocr"))
    ]
    names = [name for name, value in found[0].items() if isinstance(value, dict)]
    assert "total" in names
    assert all(found[1][name]["confidence"] < found[0][name]["confidence"] for name in names)


def test_what_stands_on_no_page_keeps_its_confidence() -> None:
    fields = weighed({"attachments": FieldValue(value=2), "party": [FieldValue(value="A", page=1)]}, [page("A")])
    assert fields["attachments"] == FieldValue(value=2)
    assert [each.confidence for each in fields["party"] if isinstance(each, FieldValue)] == [0.97]  # type: ignore[union-attr]
