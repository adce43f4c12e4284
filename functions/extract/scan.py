"""Which parts of a page OCR reads for the document in work, and reading them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docling.datamodel.base_models import Page
from docling_core.types.doc.base import BoundingBox
from PIL import Image

from pipeline import ocr, pdf, pictures
from pipeline.legible import noisy, unreadable
from pipeline.rows import Cell

from .clusters import PlacedCell, bitmaps, placed
from .gaps import WHOLE_PAGE, covered, regions
from .lines import Box

SCALE = 2.0
"""Pixels to the point when a page of a PDF is rendered for OCR."""

_PIXELS = 6_000_000


@dataclass(kw_only=True)
class Scan:
    """OCR for one document: at most budget pages; known holds the cells of pages that were read before.

    read, empty and unread collect the numbers of the pages that OCR read, found blank, or left for want of budget.
    """

    path: Path
    is_pdf: bool
    budget: int
    image_pixels: int
    known: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    empty: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)

    def cells(self, page: Page) -> list[PlacedCell]:
        """What OCR reads on this page, in points; nothing where the text layer says it all."""
        wanted = self._regions(page)
        if not wanted:
            return []
        if len(self.read) >= self.budget and page.page_no not in self.known:
            self.unread.add(page.page_no)
            return []
        self.read.add(page.page_no)
        if self._distrusted(page) and page.parsed_page is not None:
            page.parsed_page.textline_cells, page.parsed_page.word_cells = [], []
        cells = self.known.get(page.page_no) or tuple(self._read(page, wanted))
        if not cells:
            self.empty.add(page.page_no)
        return [placed(cell) for cell in cells]

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

    def _read(self, page: Page, wanted: list[Box]) -> Iterator[Cell]:
        assert page.size is not None
        picture = self._picture(page.page_no)
        scale = picture.width / page.size.width
        for left, top, right, bottom in wanted:
            part = picture.crop((round(left * scale), round(top * scale), round(right * scale), round(bottom * scale)))
            yield from ocr.cells(part, left=left, top=top, scale=scale)

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
