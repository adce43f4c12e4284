"""Each of the twelve patterns has a paragraph that names its code and its test, and both are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTIONS = dict(re.findall(r"^## (.+?)\n\n(.+?)(?=\n## |\Z)", (ROOT / "docs/patterns.md").read_text(), re.M | re.S))
NAMED = re.compile(r"`([a-z_./]+(?:\.py|/))`")


def test_there_are_twelve() -> None:
    assert len(SECTIONS) == 12


@pytest.mark.parametrize("pattern", SECTIONS)
def test_a_pattern_names_its_module_and_its_code(pattern: str) -> None:
    module = "tests/patterns/test_" + re.sub(r"\W+", "_", pattern.lower()) + ".py"
    named = NAMED.findall(SECTIONS[pattern].partition("*Code:*")[2])
    assert module in named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_module_of_a_pattern_is_described() -> None:
    modules = {f"tests/patterns/{path.name}" for path in (ROOT / "tests/patterns").glob("test_*.py")}
    assert modules == {
        path for each in SECTIONS.values() for path in NAMED.findall(each) if "tests/patterns/test" in path
    }
