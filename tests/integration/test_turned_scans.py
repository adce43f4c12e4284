"""Scans that lie on their side or head: read as they stand, placed as they are shown."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from functions.extract import child
from functions.extract.child import Limits
from functions.extract.store import page_content
from pipeline.pages import Page, Turn
from pipeline.reading import PDF
from tests import papers

LINES = ["Harbour Lights Ltd.", "Invoice number 2024", "Total due 1,234.50"]
TURNS = pytest.mark.parametrize("turned", [90, 180, 270])


def lying(picture: Image.Image, turned: Turn) -> Image.Image:
    """What has to be turned so far clockwise to stand."""
    return picture.rotate(turned, expand=True)


def converted(path: Path, media_type: str, *, known: Sequence[Page] = ()) -> Page:
    (page,) = child.convert(path, media_type=media_type, limits=Limits(seconds=60), known=known).pages
    return page


def ink(picture: Image.Image) -> tuple[float, ...]:
    """The box of what is drawn on it, as fractions."""
    box = ImageOps.invert(picture.convert("L")).getbbox()
    assert box is not None
    return tuple(edge / side for edge, side in zip(box, (*picture.size, *picture.size), strict=True))


def near(box: Sequence[float]) -> object:
    return pytest.approx(box, abs=0.04)


@TURNS
def test_rows_and_columns_survive(tmp_path: Path, turned: Turn) -> None:
    picture = papers.picture(LINES)
    picture.paste(papers.picture(["Quay Street"], size=(400, 100)), (480, 64))
    lying(picture, turned).save(tmp_path / "a.png")
    page = converted(tmp_path / "a.png", "image/png")
    assert [row.text for row in page.rows] == [LINES[0], f"{LINES[1]}   Quay Street", LINES[2]]
    assert (page.width, page.height, page.turned) == (900, 500, turned)


@TURNS
def test_boxes_lie_on_the_picture_that_is_shown(tmp_path: Path, turned: Turn) -> None:
    lying(papers.picture(LINES), turned).save(tmp_path / "a.png")
    content = page_content(converted(tmp_path / "a.png", "image/png"))
    assert content["rows"][0]["box"] == near(ink(lying(papers.picture(LINES[:1]), turned)))


@TURNS
def test_boxes_lie_on_a_page_that_the_scan_covers_in_part(tmp_path: Path, turned: Turn) -> None:
    scan = lying(papers.picture(LINES), turned)
    size = (scan.width + 200.0, scan.height + 600.0)
    path = papers.pdf(tmp_path / "a.pdf", [()], size=size, pictures=[(scan, (150, 450, scan.width, scan.height))])
    sheet = Image.new("RGB", (scan.width + 200, scan.height + 600), "white")
    sheet.paste(lying(papers.picture(LINES[:1]), turned), (150, 150))
    page = converted(path, PDF)
    assert [row.text for row in page.rows] == LINES
    assert page_content(page)["rows"][0]["box"] == near(ink(sheet))


@TURNS
def test_what_lies_beside_text_is_read_in_rows_within_its_picture(tmp_path: Path, turned: Turn) -> None:
    picture = papers.picture(LINES)
    picture.paste(papers.picture(["Quay Street"], size=(400, 100)), (480, 64))
    region = (100, 100, 200, 360) if turned in (90, 270) else (100, 100, 360, 200)
    path = papers.pdf(tmp_path / "a.pdf", size=(612, 792), pictures=[(lying(picture, turned), region)])
    page = converted(path, PDF)
    assert (page.width, page.height, page.turned) == (612, 792, 0)
    *written, first, second, third = page.rows
    assert [row.text for row in written] == ["   ".join(row) for row in papers.INVOICE]
    assert [row.text for row in (first, second, third)] == [LINES[0], f"{LINES[1]}   Quay Street", LINES[2]]
    for left, top, right, bottom in (each.box for row in (first, second, third) for each in row.segments):
        assert 100 / 612 <= left <= right <= (100 + region[2]) / 612
        assert 1 - (100 + region[3]) / 792 <= top <= bottom <= 1 - 100 / 792


def test_a_page_that_was_read_before_keeps_its_turn(tmp_path: Path) -> None:
    lying(papers.picture(LINES), 90).save(tmp_path / "a.png")
    once = converted(tmp_path / "a.png", "image/png")
    again = converted(tmp_path / "a.png", "image/png", known=[once])
    assert (again.width, again.height, again.turned) == (once.width, once.height, 90)
    assert [row.text for row in again.rows] == LINES
