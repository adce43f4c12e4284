"""No function calls another: they tell what happened, and each rests without holding up those before it."""

import ast
from pathlib import Path

import pytest

from local import site
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

FUNCTIONS = sorted((site.REPOSITORY / "functions").glob("[a-z]*"))
WAYS_TO_CALL = ("/function/", "GATEWAY_URL", "OPENFAAS_URL")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_no_function_knows_another(function: Path) -> None:
    others = {f"functions.{each.name}" for each in FUNCTIONS if each != function}
    for path in function.rglob("*.py"):
        source = path.read_text()
        assert [way for way in WAYS_TO_CALL if way in source] == []
        imported = {str(node.module) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
        assert {name for name in imported if any(name.startswith(other) for other in others)} == set()


def test_a_stage_that_rests_stops_nobody_before_it(rig: Rig) -> None:
    rig.pause("extract")
    try:
        document = rig.client.upload(text(), "notes.txt")
        eventually(lambda: rig.events(document) == ["uploaded", "classified"], within=30)
    finally:
        rig.resume("extract")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == ["uploaded", "classified", "extracted", "indexed"]
