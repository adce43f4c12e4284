"""The sample documents are ours, small, and what samples.make writes."""

from pathlib import Path

import pypdfium2
import pytest

from samples.make import DOCUMENTS, make

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    make(folder)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_repository_holds_every_sample_and_no_other(made: Path) -> None:
    assert names(made) == names(DOCUMENTS)


def test_making_the_samples_again_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert [path.name for path in made.iterdir() if path.read_bytes() != (tmp_path / path.name).read_bytes()] == []


def test_the_samples_stay_small() -> None:
    assert 10 <= len(names(DOCUMENTS)) <= 14
    assert sum(path.stat().st_size for path in DOCUMENTS.iterdir()) < MEGABYTE


def test_the_german_invoice_carries_its_data_as_xml() -> None:
    with pypdfium2.PdfDocument(DOCUMENTS / "rechnung-seidel-elektro.pdf") as invoice:
        attachment = invoice.get_attachment(0)
        assert attachment.get_name() == "factur-x.xml"
        assert b"<ram:GrandTotalAmount>2714.39<" in bytes(attachment.get_data())


def test_the_report_has_three_pages_and_a_table() -> None:
    with pypdfium2.PdfDocument(DOCUMENTS / "report-solar-portfolio.pdf") as report:
        assert len(report) == 3
        assert "13,329" in report[1].get_textpage().get_text_bounded()
