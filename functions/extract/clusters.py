"""Between Docling's pages and our geometry: cells out, clusters and tables back in."""

from collections.abc import Iterable, Sequence

from docling.datamodel.base_models import Cluster, LayoutPrediction, Page, TableStructurePrediction
from docling.datamodel.base_models import Table as DoclingTable
from docling_core.types.doc.base import BoundingBox, CoordOrigin
from docling_core.types.doc.items.table.table_data import TableCell
from docling_core.types.doc.labels import DocItemLabel
from docling_core.types.doc.page import BoundingRectangle, TextCell

from pipeline.rows import Cell

from .layout import blocks_of, joined
from .lines import Box, Line, body_of, lines_of
from .parting import parted
from .tables import Table, tables_of

_PICTURE_AREA = (0.002, 0.85)
"""The part of the page that a bitmap covers when it stays a picture in the result."""


class PlacedCell(TextCell):
    """A cell of ours, with the height of its line and its centre on the straightened page."""

    level: float
    line_height: float


def placed(cell: Cell) -> PlacedCell:
    return PlacedCell(
        index=0,
        text=cell.text,
        orig=cell.text,
        from_ocr=cell.ocr,
        rect=BoundingRectangle.from_bounding_box(_bounds((cell.left, cell.top, cell.right, cell.bottom))),
        level=cell.level,
        line_height=cell.height,
    )


def cells_of(page: Page) -> list[Cell]:
    """The lines of text on a page that are seen or were read."""
    height = page.size.height if page.size else 0.0
    return parted([_cell(each, height) for each in page.cells], _words(page))


def bitmaps(page: Page) -> LayoutPrediction:
    """Every bitmap on the page as a picture."""
    rects = page._backend.get_bitmap_rects() if page._backend else ()
    return LayoutPrediction(
        clusters=[
            Cluster(id=index, label=DocItemLabel.PICTURE, bbox=rect)
            for index, rect in enumerate(rect for rect in rects if rect.area() > 0)
        ]
    )


def structured(page: Page, cells: Sequence[Cell]) -> TableStructurePrediction:
    """The tables of a page with these cells; its layout is written to the page beside them."""
    assert page.size is not None
    rows = lines_of(cells)
    body = body_of(rows)
    tables = tables_of(rows, _words(page), body=body, width=page.size.width)
    inside = {id(each) for table in tables for each in table.lines}
    outside = joined(rows, lambda each: id(each) not in inside)
    blocks = blocks_of(outside, body=body, page=page.page_no, height=page.size.height)
    clusters = [
        *_pictures(page),
        *(_cluster(DocItemLabel.TABLE, table.box, table.lines) for table in tables),
        *(_cluster(DocItemLabel(block.label), block.box, block.lines) for block in blocks),
    ]
    for index, cluster in enumerate(clusters):
        cluster.id = index
    page.predictions.layout = LayoutPrediction(clusters=clusters)
    grids = (cluster for cluster in clusters if cluster.label == DocItemLabel.TABLE)
    return TableStructurePrediction(
        table_map={c.id: _docling_table(t, c, page.page_no) for t, c in zip(tables, grids, strict=True)}
    )


def _cell(text: TextCell, page_height: float) -> Cell:
    rect = text.rect
    ys = (rect.r_y0, rect.r_y1, rect.r_y2, rect.r_y3)
    xs = (rect.r_x0, rect.r_x1, rect.r_x2, rect.r_x3)
    top, bottom = min(ys), max(ys)
    if rect.coord_origin == CoordOrigin.BOTTOMLEFT:
        top, bottom = page_height - bottom, page_height - top
    read = text if isinstance(text, PlacedCell) else None
    return Cell(
        text=text.text.replace("\x02", "-"),
        left=min(xs),
        top=top,
        right=max(xs),
        bottom=bottom,
        level=read.level if read else (top + bottom) / 2,
        height=read.line_height if read else bottom - top,
        bold="bold" in getattr(text, "font_name", "").lower(),
        ocr=read is not None,
    )


def _words(page: Page) -> list[Cell]:
    height = page.size.height if page.size else 0.0
    return [_cell(each, height) for each in page.parsed_page.word_cells] if page.parsed_page else []


def _bounds(box: Box) -> BoundingBox:
    left, top, right, bottom = box
    return BoundingBox(l=left, t=top, r=right, b=bottom, coord_origin=CoordOrigin.TOPLEFT)


def _pictures(page: Page) -> list[Cluster]:
    layout = page.predictions.layout
    area = page.size.width * page.size.height if page.size else 0.0
    least, most = (part * area for part in _PICTURE_AREA)
    return [each for each in (layout.clusters if layout else []) if least <= each.bbox.area() <= most]


def _cluster(label: DocItemLabel, box: Box, lines: Iterable[Line]) -> Cluster:
    return Cluster(id=0, label=label, bbox=_bounds(box), cells=[placed(cell) for each in lines for cell in each.cells])


def _docling_table(table: Table, cluster: Cluster, page_no: int) -> DoclingTable:
    return DoclingTable(
        label=DocItemLabel.TABLE,
        id=cluster.id,
        page_no=page_no,
        cluster=cluster,
        text="",
        otsl_seq=[],
        num_rows=len(table.grid),
        num_cols=len(table.grid[0]),
        table_cells=_table_cells(table),
    )


def _table_cells(table: Table) -> list[TableCell]:
    return [
        TableCell(
            text=entry.text,
            bbox=_bounds(entry.box),
            start_row_offset_idx=row,
            end_row_offset_idx=row + 1,
            start_col_offset_idx=column,
            end_col_offset_idx=column + 1,
            column_header=row == 0,
        )
        for row, entries in enumerate(table.grid)
        for column, entry in enumerate(entries)
        if entry is not None
    ]
