from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.topics import PIPELINE, Function, Topics, concurrency_of, functions_of, queues_of


def test_only_functions_with_a_topic_are_consumed() -> None:
    listing: list[dict[str, Any]] = [
        {"name": "classify", "annotations": {"topic": " document.uploaded ", "concurrency": "4"}},
        {"name": "query", "annotations": {}},
        {"name": "upload", "annotations": None},
        {"name": "manage"},
    ]
    assert functions_of(listing) == {
        "classify": Function(name="classify", topics=("document.uploaded",), concurrency=4)
    }


def test_the_compensator_needs_no_topic() -> None:
    assert functions_of([{"name": "compensate"}])["compensate"].topics == ()


@pytest.mark.parametrize(
    ("annotation", "workers"), [(None, 2), ("1", 1), ("0", 1), ("many", 2), ("-5", 2), ("999", 64)]
)
def test_concurrency_is_a_sane_number(annotation: str | None, workers: int) -> None:
    assert concurrency_of(annotation) == workers


def test_the_queues_of_the_pipeline_exist_before_its_functions_do() -> None:
    own = Function(name="classify", topics=("document.#",), concurrency=2)
    assert queues_of({}) == PIPELINE
    assert queues_of({"classify": own}) == {**PIPELINE, "classify": ("document.#",)}


def test_the_pipeline_is_what_the_stack_file_says() -> None:
    path = Path("stack.yml")
    functions = yaml.safe_load(path.read_text())["functions"]
    topics = {name: (entry["annotations"]["topic"],) for name, entry in functions.items() if name in PIPELINE}
    assert topics == PIPELINE


def test_what_no_function_can_be_called_for_is_left_out_and_said() -> None:
    class Listing:
        def functions(self) -> list[dict[str, Any]]:
            return [
                {"name": "classify", "annotations": {"topic": "document.uploaded,document.deleted"}},
                {"name": "shop", "annotations": {"topic": "orders.placed"}},
                {"name": "index", "namespace": "a", "annotations": {"topic": "document.extracted"}},
                {"name": "index", "namespace": "b", "annotations": {"topic": "document.uploaded"}},
            ]

    topics = Topics(Listing())  # type: ignore[arg-type]
    assert topics.refresh()
    assert topics.functions == {"index": Function(name="index", topics=("document.extracted",), concurrency=2)}
    assert [each.split(":")[0] for each in topics.refused] == ["classify", "shop", "index"]
