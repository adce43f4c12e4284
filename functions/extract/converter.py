"""The one Docling converter of the process, built once."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from docling.backend.docling_parse_backend import ThreadedDoclingParseDocumentBackend
from docling.datamodel.accelerator_options import AcceleratorDevice, AcceleratorOptions
from docling.datamodel.backend_options import HTMLBackendOptions, ThreadedDoclingParseBackendOptions
from docling.datamodel.base_models import ConversionStatus, DocumentStream, InputFormat
from docling.datamodel.document import ConversionResult
from docling.document_converter import DocumentConverter, HTMLFormatOption, ImageFormatOption, PdfFormatOption

from pipeline.errors import Rejected
from pipeline.isolated.process import starving, too_hungry
from pipeline.rows import Cell

from . import engines, models
from .scan import Scan

_COMMENT_SIGN = "Invalid input tag of type"

_FORMATS = [
    InputFormat.PDF,
    InputFormat.IMAGE,
    InputFormat.DOCX,
    InputFormat.XLSX,
    InputFormat.PPTX,
    InputFormat.ODT,
    InputFormat.ODS,
    InputFormat.ODP,
    InputFormat.HTML,
    InputFormat.MD,
    InputFormat.CSV,
]


class CommentsInside(Exception):
    """The Word backend stumbles over an XML comment."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What Docling made of a document; failed holds the pages it could not convert, partial: it says so itself.

    cells are those of the pages that our engines structured.
    """

    result: ConversionResult
    cells: Mapping[int, Sequence[Cell]]
    failed: frozenset[int]
    partial: bool


@functools.cache
def _converter() -> DocumentConverter:
    engines.register()
    folder = models.folder()
    options = engines.options(folder)
    options.accelerator_options = AcceleratorOptions(device=AcceleratorDevice.CPU, num_threads=1)
    backend_options = ThreadedDoclingParseBackendOptions.model_validate(
        {"parser_threads": 1, "render_pages": folder is not None}
    )
    return DocumentConverter(
        allowed_formats=_FORMATS,
        format_options={
            InputFormat.PDF: PdfFormatOption(
                pipeline_cls=engines.pipeline(folder),
                pipeline_options=options,
                backend=ThreadedDoclingParseDocumentBackend,
                backend_options=backend_options,
            ),
            InputFormat.IMAGE: ImageFormatOption(pipeline_cls=engines.pipeline(folder), pipeline_options=options),
            InputFormat.HTML: HTMLFormatOption(
                backend_options=HTMLBackendOptions.model_validate({"infer_furniture": False})
            ),
        },
    )


def start() -> None:
    """Build the converter and its PDF pipeline, so that the first document does not wait for it."""
    _converter().initialize_pipeline(InputFormat.PDF)
    _converter().initialize_pipeline(InputFormat.IMAGE)


@functools.cache
def engine() -> str:
    """Kind and versions of what reads: they are stored with each result."""
    packages = ("docling-slim", "docling-parse", "rapidocr")
    kind = f"{engines.KIND}-alignment" if models.folder() is None else f"{models.LAYOUT}; {models.TABLES}"
    return "; ".join([kind, *(f"{package} {version(package)}" for package in packages)])


def document_of(
    source: Path | DocumentStream, *, first: int = 1, last: int | None = None, scan: Scan | None = None
) -> Outcome:
    """Convert with Docling; the name of the source tells the format. scan is what OCR may do.

    Raises Rejected "corrupt" or "conversion-memory", and CommentsInside.
    """
    cells: dict[int, list[Cell]] = {}
    if scan is not None:
        for pipeline in _converter().initialized_pipelines.values():
            if isinstance(pipeline, engines.ModelPipeline):
                pipeline.ocr_model.scan = scan
                if isinstance(pipeline.table_model, engines.Tables):
                    pipeline.table_model.cells = cells
    pages = (first, last or 2**31)
    result = _converter().convert(source, raises_on_error=False, page_range=pages)
    errors = " ".join(each.error_message for each in result.errors)
    if starving(errors):
        raise too_hungry()
    if result.status not in (ConversionStatus.SUCCESS, ConversionStatus.PARTIAL_SUCCESS):
        if _COMMENT_SIGN in errors:
            raise CommentsInside
        raise Rejected("corrupt", "the document is damaged: its content cannot be read")
    return Outcome(
        result=result,
        cells=cells,
        failed=frozenset(each.page_no for each in result.errors if each.page_no),
        partial=result.status is ConversionStatus.PARTIAL_SUCCESS,
    )
