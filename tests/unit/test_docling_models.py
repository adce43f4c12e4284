"""Docling's own models are used where their folder is given; a folder without them is named, never passed over."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from docling.datamodel.pipeline_options import LayoutObjectDetectionOptions, TableStructureOptions

from functions.extract import child, engines, models
from functions.extract.converted import Limits
from functions.extract.ranges import limits
from pipeline.application import missing
from pipeline.isolated.keeper import Keeper
from pipeline.isolated.running import Child
from pipeline.settings import MissingSetting


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that names both models, on a machine that has what runs them."""
    for name in (models.LAYOUT, models.TABLES):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("DOCLING_ARTIFACTS_PATH", str(tmp_path))
    monkeypatch.setattr(models, "PACKAGES", ("docling",))
    return tmp_path


def test_without_a_folder_our_engines_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCLING_ARTIFACTS_PATH", raising=False)
    assert models.folder() is None
    options = engines.options(None)
    assert isinstance(options.layout_options, engines.LayoutOptions)
    assert isinstance(options.table_structure_options, engines.TableOptions)
    assert engines.pipeline(None) is engines.PdfPipeline
    assert limits().memory_bytes == Limits.memory_bytes


def test_with_a_folder_doclings_models_read_and_our_ocr(artifacts: Path) -> None:
    assert models.folder() == artifacts
    options = engines.options(artifacts)
    assert options.artifacts_path == artifacts
    assert isinstance(options.layout_options, LayoutObjectDetectionOptions)
    assert isinstance(options.table_structure_options, TableStructureOptions)
    assert isinstance(options.ocr_options, engines.ReadOptions)
    assert engines.pipeline(artifacts) is engines.ModelPipeline
    assert limits().memory_bytes == models.MEMORY_BYTES


@pytest.fixture
def large() -> Iterator[Child]:
    """A child that keeps two gigabytes, as it says."""
    answering = """while read -r _; do echo '{"answer": {}, "resident": 2000000000}'; done"""
    process = subprocess.Popen(
        ["sh", "-c", answering], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    one = Child(process=process)
    yield one
    one.kill()


@pytest.mark.usefixtures("artifacts")
def test_a_child_with_doclings_models_is_kept_for_the_next_document(large: Child) -> None:
    keeper = Keeper("functions.extract.worker", child.most_resident)
    keeper._next = Future()
    keeper._next.set_result(large)
    for _ in range(2):
        assert keeper.ask({}, seconds=30, memory_bytes=0) == {}
    assert (large.process.poll(), large.documents) == (None, 2)
    keeper._next = None


def test_our_engines_need_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCLING_ARTIFACTS_PATH", raising=False)
    assert child.most_resident() == child.RESIDENT_BYTES < 2_000_000_000


@pytest.mark.parametrize("name", [models.LAYOUT, models.TABLES])
def test_a_folder_without_one_of_the_models_is_named(artifacts: Path, name: str) -> None:
    (artifacts / name).rmdir()
    with pytest.raises(MissingSetting, match=f"{artifacts}, which holds no {name}"):
        models.check()


def test_what_runs_the_models_is_named_where_it_is_missing(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PACKAGES", ("docling", "no_such_package"))
    assert missing([models.check]) == [
        f"DOCLING_ARTIFACTS_PATH is set, but no_such_package: not installed, see {models.REQUIREMENTS}"
    ]


def test_no_converter_is_started_without_the_models_that_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCLING_ARTIFACTS_PATH", str(tmp_path))
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(MissingSetting, match=models.LAYOUT):
        child.convert(tmp_path / "a.txt", media_type="text/plain", limits=Limits())
