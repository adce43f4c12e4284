"""The definitions by which quality is scored."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.quality import categories, fields, manifest, observed, ranking, search
from bench.quality.categories import Told
from bench.quality.fields import Count
from bench.quality.manifest import HALVES, Labelled, Query
from bench.quality.observed import Document, Observed
from bench.quality.report import report
from bench.quality.table import readable

FOUND = Count(hits=1)
DIFFERS = Count(wrong=1, missed=1)
ABSENT = Count(missed=1)


def told(*pairs: tuple[str, str | None]) -> list[Told]:
    return [Told(label=label, category=category) for label, category in pairs]


def field(value: Any, quote: str | None = None, method: str = "rules") -> dict[str, Any]:
    return {"value": value, "quote": quote, "method": method}


def test_macro_f1_is_the_mean_over_labelled_categories_only() -> None:
    # letter: precision 1/1, recall 1/2; invoice: precision 1/1, recall 1/1; form is not labelled
    rows = told(("letter", "letter"), ("letter", "form"), ("invoice", "invoice"))
    assert categories.macro_f1(rows) == pytest.approx((2 / 3 + 1) / 2)


def test_a_failed_or_missing_document_is_a_miss_of_its_category() -> None:
    assert categories.macro_f1(told(("letter", None))) == 0
    assert categories.accuracy(told(("letter", None), ("letter", "letter"))) == 0.5


def test_abstaining_counts_as_other() -> None:
    rows = told(("other", "other"), ("letter", "other"))
    assert categories.f1_of("other", rows) == pytest.approx(2 / 3)


def test_calibration_error_weighs_each_bin_by_its_documents() -> None:
    rows = [
        Told(label="a", category="a", confidence=0.9),
        Told(label="a", category="b", confidence=0.9),
        Told(label="a", category="a", confidence=1.0),
        Told(label="a", category="b", confidence=0.2),
        Told(label="a", category=None),
    ]
    # bin 0.9 to 1: mean 0.9333 against 2/3 right, three documents; bin 0.2: 0.2 against none right, one document
    assert categories.calibration_error(rows) == pytest.approx((3 * abs(2.8 / 3 - 2 / 3) + 0.2) / 4)


def test_confusions_come_most_frequent_first() -> None:
    rows = told(("a", "b"), ("a", "b"), ("b", None), ("a", "a"))
    assert categories.confusions(rows) == [
        {"label": "a", "category": "b", "documents": 2},
        {"label": "b", "category": None, "documents": 1},
    ]


def test_only_what_a_model_decided_is_not_decided_without_one() -> None:
    rows = [Told(label="a", category="a", method=each) for each in ("rules+words", "llm", "rules+llm", "evidence")]
    assert categories.scores(rows)["decided_without_llm"] == 0.5


@pytest.mark.parametrize(
    ("name", "label", "value", "count"),
    [
        ("seller", "Acme Ltd.", "ACME  Ltd", FOUND),
        ("seller", "Ａｃｍｅ", "acme", FOUND),
        ("seller", "Acme Ltd.", "Acme", DIFFERS),
        ("seller", "Acme Ltd.", None, ABSENT),
        ("total", "300.00", "300", FOUND),
        ("total", "300.00", "300.01", DIFFERS),
        ("invoice_number", "0012", "12", DIFFERS),
        ("attachments", 2, "2", FOUND),
        ("date", "2018-04-25", "20180425", FOUND),
        ("date", "2018-04-25", "2018-04-26", DIFFERS),
        ("party", ["A Inc.", "B"], ["b", "A Inc"], Count(hits=2)),
        ("party", ["A", "B"], ["A", "C", "D"], Count(hits=1, wrong=2, missed=1)),
        ("party", ["A", "A"], ["A"], Count(hits=1, missed=1)),
        ("party", ["A", "B"], None, Count(missed=2)),
        ("party", ["A"], "A", FOUND),
    ],
)
def test_a_value_is_equal_after_normalising(name: str, label: Any, value: Any, count: Count) -> None:
    assert fields.compared(name, label, value) == count


def test_fields_that_are_not_labelled_are_not_looked_at() -> None:
    assert fields.counted({"total": "1"}, {"total": "1", "tax": "7"}) == {"total": FOUND}


def test_precision_and_recall_are_of_found_and_of_labelled_values() -> None:
    assert Count(hits=2, wrong=1, missed=2).scores() == {
        "values": 4,
        "precision": round(2 / 3, 4),
        "recall": 0.5,
        "f1": round(4 / 7, 4),
    }


def test_a_quote_counts_where_the_text_holds_it() -> None:
    found = {
        "total": field("300.00", "€ 300,00"),
        "party": [field("A", "A  Inc."), field("B", "nowhere")],
        "date": field("2018-04-25", None, "xml"),
    }
    text = "| A | Inc. |\ntotal 300,00"
    assert list(fields.quotes(found, text)) == [("rules", True), ("rules", True), ("rules", False), ("xml", False)]


def test_a_quote_of_signs_only_counts_where_the_text_holds_it_as_it_is() -> None:
    found = {"currency": field("USD", "$"), "other": field("EUR", "€")}
    assert list(fields.quotes(found, "Total $5.00")) == [("rules", True), ("rules", False)]


def test_gain_is_binary_and_discounted_by_rank() -> None:
    assert ranking.ndcg(["x", "a", "b"], {"a", "b"}) == pytest.approx((1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3)))
    assert ranking.ndcg(["a", "b"], {"b", "a"}) == 1
    assert ranking.reciprocal_rank(["x", "a"], {"a"}) == 0.5
    assert ranking.recall(["x", "a"], {"a", "b"}) == 0.5


def test_hits_below_the_tenth_do_not_count() -> None:
    ranked = [*"0123456789", "a"]
    assert [each(ranked, {"a"}) for each in (ranking.ndcg, ranking.reciprocal_rank, ranking.recall)] == [0, 0, 0]


def test_the_interval_of_paired_differences_holds_their_mean_and_is_the_same_each_time() -> None:
    differences = np.array([0.0, 0.0, 0.5, -0.1, 0.2])
    first = search.interval(differences)
    assert first["mean"] == pytest.approx(0.12)
    assert first["low"] < 0.12 < first["high"]
    assert search.interval(differences) == first
    assert search.interval(np.zeros(4)) == {"mean": 0, "low": 0, "high": 0}


def test_variants_of_one_document_lie_in_one_half() -> None:
    labels = [Labelled(file=f"{n}", category="a", group="same", fields={}) for n in range(9)]
    assert len({each.half for each in labels}) == 1
    assert {manifest.half_of(str(number)) for number in range(20)} == set(HALVES)


def test_a_manifest_is_read_from_its_folder(tmp_path: Path) -> None:
    row = {"file": "set/a.pdf", "category": "invoice", "fields": {"total": "1", "type_code": "380"}, "dup_group": "g"}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert manifest.labelled(tmp_path) == [
        Labelled(file="set/a.pdf", category="invoice", group="g", fields={"total": "1"})
    ]


INVOICE = Document(
    state="indexed", category="invoice", confidence=0.9, method="rules", fields={"total": field("1.00", "1")}, text="1"
)


def scored() -> dict[str, Any]:
    rows = {
        f"set/{n}": Labelled(file=f"set/{n}", category="invoice", group=f"{n}", fields={"total": "1"}) for n in "abcd"
    }
    documents = {each: INVOICE for each in rows if each != "set/d"}
    documents["set/c"] = replace(INVOICE, state="failed", code="corrupt", category=None, confidence=None, fields={})
    queries = [Query(id="q", text="one", kind="keyword", relevant=frozenset({"set/a"}))]
    rankings = {"q": {"keyword": ["set/b", "set/a"], "semantic": [], "hybrid": ["set/a"]}}
    return report(list(rows.values()), queries, Observed(documents=documents, rankings=rankings))


def test_the_report_counts_failed_and_missing_documents_against_every_score() -> None:
    found = scored()
    assert found["failures"] == {"corrupt": 1, "missing": 1}
    assert found["categories"]["all"]["accuracy"] == 0.5
    assert found["fields"]["all"]["micro"] == {"values": 4, "precision": 1.0, "recall": 0.5, "f1": round(2 / 3, 4)}
    assert found["search"]["all"]["keyword"]["mrr@10"] == 0.5
    assert found["search"]["all"]["hybrid"]["ndcg@10"] == 1.0


def test_the_tables_name_what_failed_and_every_mode() -> None:
    text = readable(scored())
    assert "failures: corrupt 1, missing 1" in text
    assert all(f"| all | 1 | {mode} |" in text for mode in search.MODES)


def test_what_was_observed_can_be_scored_again(tmp_path: Path) -> None:
    seen = Observed(documents={"set/a": INVOICE}, rankings={"q": {"hybrid": ["set/a"]}})
    observed.kept(seen, tmp_path / "observed.json")
    assert observed.read(tmp_path / "observed.json") == replace(
        seen, documents={"set/a": replace(INVOICE, warnings=[])}
    )
