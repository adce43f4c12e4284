"""Which parts of a page OCR reads for the document in work, and reading them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from docling.datamodel.base_models import Page
from docling_core.types.doc.base import BoundingBox, Size
from PIL import Image

from pipeline import ocr, pdf, pictures
from pipeline.legible import noisy, unreadable
from pipeline.ocr import Reading
from pipeline.pages import Turn
from pipeline.rows import Cell, moved

from .clusters import PlacedCell, bitmaps, placed
from .gaps import WHOLE_PAGE, corner, covered, regions
from .lines import Box

SCALE = 2.0
"""Pixels to the point when a page of a PDF is rendered for OCR."""

_PIXELS = 6_000_000


@dataclass(kw_only=True)
class Scan:
    """OCR for one document: at most budget pages; known holds the pages that were read before.

    read, illegible, empty and unread collect the numbers of the pages that OCR read, could read little of, found
    blank, or left for want of budget; turned those that did not stand, with their turn.
    """

    path: Path
    is_pdf: bool
    budget: int
    image_pixels: int
    known: Mapping[int, Reading] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    illegible: set[int] = field(default_factory=set)
    empty: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)
    turned: dict[int, Turn] = field(default_factory=dict)

    def cells(self, page: Page) -> list[PlacedCell]:
        """What OCR reads on this page, in points; nothing where the text layer says it all.

        A page that does not stand gets the size it has once it was turned.
        """
        wanted = self._regions(page)
        if not wanted:
            return []
        if len(self.read) >= self.budget and page.page_no not in self.known:
            self.unread.add(page.page_no)
            return []
        self.read.add(page.page_no)
        if self._distrusted(page) and page.parsed_page is not None:
            page.parsed_page.textline_cells, page.parsed_page.word_cells = [], []
        reading = self.known.get(page.page_no) or self._read(page, wanted)
        if reading.illegible:
            self.illegible.add(page.page_no)
        elif not reading.cells:
            self.empty.add(page.page_no)
        if reading.turned and page.size is not None:
            self.turned[page.page_no] = reading.turned
            page.size = _turned(page.size, reading.turned)
        return [placed(cell) for cell in reading.cells]

    def _regions(self, page: Page) -> list[Box]:
        assert page.size is not None
        width, height = page.size.width, page.size.height
        if self._distrusted(page):
            return [(0.0, 0.0, width, height)]
        texts = [(_box(cell.rect.to_bounding_box(), height), len(cell.text.strip())) for cell in page.cells]
        return regions(_bitmaps(page), texts, width=width, height=height)

    def _distrusted(self, page: Page) -> bool:
        """Is the text layer noise over a picture of the page?"""
        assert page.size is not None
        if covered(_bitmaps(page), width=page.size.width, height=page.size.height) < WHOLE_PAGE:
            return False
        text = " ".join(cell.text for cell in page.cells)
        return unreadable(text) or noisy(text)

    def _read(self, page: Page, wanted: list[Box]) -> Reading:
        """A page with nothing but one picture on it is turned with it; others stay, whatever lies on them.

        What lies on a page that stands is placed as if it stood within its region too, small enough to fit.
        """
        assert page.size is not None
        picture = self._picture(page.page_no)
        scale = picture.width / page.size.width
        turned: Turn = 0
        illegible = False
        cells: list[Cell] = []
        for region in wanted:
            left, top, right, bottom = (round(edge * scale) for edge in region)
            reading = ocr.read(picture.crop((left, top, right, bottom)), scale=scale)
            if len(wanted) == 1 and not page.cells:
                turned = reading.turned
            illegible = illegible or reading.illegible
            place = corner(region, turned, width=page.size.width, height=page.size.height)
            by = 1.0 if turned == reading.turned else _fitting(region, reading.turned)
            cells += (moved(_scaled(cell, by), *place) for cell in reading.cells)
        return Reading(cells=tuple(cells), turned=turned, illegible=illegible)

    def _picture(self, number: int) -> Image.Image:
        if self.is_pdf:
            with pdf.opened(self.path) as document:
                return pdf.rendered(document, number, scale=SCALE, max_pixels=_PIXELS)
        with pictures.opened(self.path, max_pixels=self.image_pixels) as picture:
            return pictures.upright(picture, number, max_pixels=self.image_pixels)


def _bitmaps(page: Page) -> list[Box]:
    """What the page itself draws, whatever a layout model takes for a picture."""
    assert page.size is not None
    return [_box(each.bbox, page.size.height) for each in bitmaps(page).clusters]


def _box(bbox: BoundingBox, page_height: float) -> Box:
    box = bbox.to_top_left_origin(page_height)
    return (box.l, box.t, box.r, box.b)


def _turned(size: Size, turned: Turn) -> Size:
    return Size(width=size.height, height=size.width) if turned in (90, 270) else size


def _fitting(region: Box, turned: Turn) -> float:
    """How much smaller the contents of a region must be to fit into it once they were turned."""
    width, height = region[2] - region[0], region[3] - region[1]
    return min(width / height, height / width) if turned in (90, 270) else 1.0


def _scaled(cell: Cell, by: float) -> Cell:
    return replace(
        cell,
        left=cell.left * by,
        top=cell.top * by,
        right=cell.right * by,
        bottom=cell.bottom * by,
        level=cell.level * by,
        height=cell.height * by,
    )
