import re
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from functions.classify import rules
from pipeline import categories
from pipeline.categories import Category

SHIPPED = categories.load()
NAMES = {category.name for category in SHIPPED}
HOSTILE = ["a " * 2_000, "_" * 4_000, "1 " * 2_000, "a,;" * 2_000, ". " * 2_000, "report " * 600, "\n" * 4_000]


@pytest.mark.parametrize("category", SHIPPED, ids=lambda category: category.name)
def test_a_shipped_category_is_complete(category: Category) -> None:
    Draft202012Validator.check_schema(category.fields)
    assert category.definition.endswith(".")
    assert len(category.cues) >= 4
    assert len(category.examples()) >= 6
    assert all(tie.against in NAMES for tie in category.tie_breaks)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:6]))
def test_no_cue_backtracks_for_long(text: str) -> None:
    started = time.process_time()
    for category in SHIPPED:
        rules.cues_found(category, text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("sign", ["-", ".", "_"])
def test_a_rule_across_the_page_costs_no_cue_the_square_of_its_length(sign: str) -> None:
    started = time.process_time()
    for cue in (cue for category in SHIPPED for cue in category.cues):
        cue.pattern.search(sign * 40_000)
    assert time.process_time() - started < 5


def test_labels_of_fields_are_regular_expressions() -> None:
    labels = [
        label
        for category in SHIPPED
        for described in category.fields["properties"].values()
        for label in described.get("x-labels", ())
    ]
    assert len(labels) > 50
    assert all(re.compile(label) for label in labels)


def test_a_folder_without_other_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other"):
        categories.load(tmp_path)


def test_a_broken_category_is_named(tmp_path: Path) -> None:
    (tmp_path / "memo").mkdir()
    (tmp_path / "memo" / "category.toml").write_text("cues = [[1, '(']]\ndefinition = 'x'")
    with pytest.raises(ValueError, match="category memo"):
        categories.load(tmp_path)


def test_an_unknown_name_is_read_as_other() -> None:
    assert categories.named("no-such-category").name == categories.OTHER
    assert categories.named("invoice").name == "invoice"
