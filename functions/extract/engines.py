"""Docling's PDF pipeline with our engines for layout, OCR and tables, which need no model weights but OCR's; or, where
the folder of its models is given, with Docling's own layout and tables and our OCR.

Layout names the bitmaps of a page. OCR reads a page, or those bitmaps, where the text layer is silent. The table
engine then sees all cells and writes both layout and tables. docling is pinned: the seams used here are internal.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docling.datamodel.base_models import LayoutPrediction, Page, TableStructurePrediction
from docling.datamodel.pipeline_options import (
    BaseLayoutOptions,
    BaseTableStructureOptions,
    HeadingHierarchyOptions,
    OcrOptions,
    PdfPipelineOptions,
)
from docling.models.base_layout_model import BaseLayoutModel
from docling.models.base_ocr_model import BaseOcrModel
from docling.models.base_table_model import BaseTableStructureModel
from docling.models.factories import get_layout_factory, get_ocr_factory, get_table_structure_factory
from docling.models.plugins import defaults
from docling.models.postprocessing.reading_order_rb import ReadingOrderPredictor
from docling.models.stages.page_preprocessing.page_preprocessing_model import PagePreprocessingModel
from docling.models.stages.table_structure.table_structure_model import TableStructureModel
from docling.pipeline.standard_pdf_pipeline import StandardPdfPipeline

from pipeline.rows import Cell

from . import clusters
from .order import Part, ordered
from .scan import Scan

KIND = "docstream"


class LayoutOptions(BaseLayoutOptions):
    kind: ClassVar[str] = f"{KIND}-bitmaps"


class ReadOptions(OcrOptions):
    kind: ClassVar[str] = f"{KIND}-rapidocr"
    canonicalize_lang: ClassVar[bool] = False


class TableOptions(BaseTableStructureOptions):
    kind: ClassVar[str] = f"{KIND}-alignment"


class Layout(BaseLayoutModel):
    requires_layout_postprocessing = False

    def __init__(self, **_: Any) -> None: ...

    @classmethod
    def get_options_type(cls) -> type[BaseLayoutOptions]:
        return LayoutOptions

    def predict_layout(self, conv_res: Any, pages: Sequence[Page]) -> Sequence[LayoutPrediction]:
        return [clusters.bitmaps(page) for page in pages]


class Read(BaseOcrModel):
    """scan says what may be read for the document in work; it is exchanged before each conversion."""

    scan: Scan

    @classmethod
    def get_options_type(cls) -> type[OcrOptions]:
        return ReadOptions

    def __call__(self, conv_res: Any, page_batch: Iterable[Page]) -> Iterable[Page]:
        for page in page_batch:
            if page._backend is not None and page._backend.is_valid():
                cells = self.scan.cells(page)
                if cells:
                    self.post_process_cells(list(cells), page, conv_res)
            yield page


class Tables(BaseTableStructureModel):
    """cells keeps the cells of the document in work by page; it is exchanged before each conversion."""

    enabled = True

    def __init__(self, **_: Any) -> None:
        self.cells: dict[int, list[Cell]] = {}

    @classmethod
    def get_options_type(cls) -> type[BaseTableStructureOptions]:
        return TableOptions

    def predict_tables(self, conv_res: Any, pages: Sequence[Page]) -> Sequence[TableStructurePrediction]:
        self.cells |= {page.page_no: clusters.cells_of(page) for page in pages}
        return [clusters.structured(page, self.cells[page.page_no]) for page in pages]


class _Unrendered(PagePreprocessingModel):
    """Pages are rendered only where OCR asks for it."""

    def _populate_page_images(self, page: Page) -> Page:
        return page


class _Order(ReadingOrderPredictor):
    """Docling's predictor with our order inside a page."""

    def __init__(self) -> None: ...

    def _predict_page(self, page_elements: list[Any], *, vertical_separators: Any = None) -> list[Any]:
        parts = [
            Part(
                index, (each.l, each.page_size.height - each.t, each.r, each.page_size.height - each.b), len(each.text)
            )
            for index, each in enumerate(page_elements)
        ]
        return [page_elements[index] for index in ordered(parts)]


class ModelPipeline(StandardPdfPipeline):
    """Docling's own layout and tables."""


class PdfPipeline(ModelPipeline):
    """Our layout and tables, which look at no picture of a page."""

    def _init_models(self) -> None:
        super()._init_models()
        self.preprocessing_model = _Unrendered(options=self.preprocessing_model.options)
        self.reading_order_model.ro_model = _Order()


def register() -> None:
    """Make our engines known to Docling, and Docling content without torch; once per process."""
    defaults.table_structure_engines = lambda: {"table_structure_engines": [TableStructureModel]}
    get_layout_factory(allow_external_plugins=False).register(Layout, KIND, __name__)
    get_ocr_factory(allow_external_plugins=False).register(Read, KIND, __name__)
    get_table_structure_factory(allow_external_plugins=False).register(Tables, KIND, __name__)


def options(models: Path | None) -> PdfPipelineOptions:
    """models is the folder of Docling's own models, None for our engines."""
    common: dict[str, Any] = {
        "ocr_options": ReadOptions(lang=[]),
        "heading_hierarchy_options": HeadingHierarchyOptions(enabled=True),
        "generate_parsed_pages": True,
        "batch_polling_interval_seconds": 0.05,
    }
    if models is not None:
        return PdfPipelineOptions(artifacts_path=models, **common)
    return PdfPipelineOptions(layout_options=LayoutOptions(), table_structure_options=TableOptions(), **common)


def pipeline(models: Path | None) -> type[ModelPipeline]:
    return PdfPipeline if models is None else ModelPipeline
