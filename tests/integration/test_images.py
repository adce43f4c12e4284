"""The folders that docker build is given for the real images."""

from pathlib import Path

import pytest

from local import site, stackfile
from local.images import contexts

STACK = stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), {})


@pytest.mark.parametrize("spec", STACK, ids=lambda spec: spec.name)
def test_a_context_is_template_then_handler_then_shared_code(spec: stackfile.FunctionSpec, tmp_path: Path) -> None:
    folder = contexts.make(spec, tmp_path / spec.name)
    made = {str(file.relative_to(folder)): file.read_bytes() for file in files(folder)}
    assert made == {
        **relative(contexts.TEMPLATE, ""),
        **relative(site.REPOSITORY / spec.handler, "function/"),
        **relative(site.REPOSITORY / "pipeline", "function/pipeline/"),
    }
    assert (folder / "function").stat().st_mode & 0o777 == 0o700


def test_a_context_made_again_holds_nothing_of_the_last_one(tmp_path: Path) -> None:
    folder = contexts.make(STACK[0], tmp_path)
    (folder / "function" / "gone.py").touch()
    assert not (contexts.make(STACK[0], tmp_path) / "function" / "gone.py").exists()


def relative(source: Path, prefix: str) -> dict[str, bytes]:
    return {prefix + str(file.relative_to(source)): file.read_bytes() for file in files(source)}


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and "__pycache__" not in each.parts]
