"""PDF as far as PDFium reads it: text with places, embedded files, pictures of pages. The only home of pypdfium2."""

import ctypes
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from pipeline.errors import Rejected
from pipeline.glyphs import Glyph, Placing, cells_of
from pipeline.rows import Cell

_PASSWORD_ERRORS = frozenset({pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY})
_lock = threading.RLock()
"""PDFium is not safe under threads."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one page holds: its size in points as it is shown, its cells, and how much of it pictures cover (0..1)."""

    number: int
    width: float
    height: float
    cells: tuple[Cell, ...]
    drawn: float


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The document, closed afterwards, one at a time. Raises Rejected "encrypted"; "corrupt" also while it is read."""
    with _lock:
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            # PDFium tells the last error of any document, so its word alone does not say that this one is encrypted.
            if getattr(error, "err_code", None) in _PASSWORD_ERRORS and b"/Encrypt" in path.read_bytes():
                raise Rejected("encrypted", "the PDF asks for a password") from error
            raise Rejected("corrupt", "this is not a PDF that can be opened") from error
        try:
            if len(document) == 0:
                raise Rejected("corrupt", "the PDF has no pages")
            yield document
        except pdfium.PdfiumError as error:
            raise Rejected("corrupt", "the PDF is damaged and cannot be read to its end") from error
        finally:
            document.close()


def check_page(document: Any, number: int, *, max_points: float, max_pixels: float) -> None:
    """Raises Rejected "page-too-large", "image-too-large" or "corrupt", before anything is decoded."""
    width, height = _page(document, number).get_size()
    if max(width, height) > max_points:
        raise Rejected(
            "page-too-large",
            f"page {number} is {width:.0f} x {height:.0f} points; at most {max_points:.0f} are allowed",
        )
    pixels = max((obj.get_px_size() for obj in _bitmaps(_page(document, number))), key=math.prod, default=(0, 0))
    if math.prod(pixels) > max_pixels:
        raise Rejected(
            "image-too-large",
            f"page {number} holds a picture of {pixels[0]} x {pixels[1]} pixels; at most {max_pixels:.0f} are allowed",
        )


def sheet(document: Any, number: int, *, chars: int = 20_000) -> Sheet:
    """One page, counted from 1; at most so many characters. Raises Rejected "corrupt" when it cannot be loaded."""
    page = _page(document, number)
    width, height = page.get_size()
    place = _placing(page)
    text = page.get_textpage()
    try:
        cells = tuple(cells_of(_glyphs(text, min(text.count_chars(), chars)), place))
    finally:
        text.close()
    return Sheet(number=number, width=width, height=height, cells=cells, drawn=_drawn(page, width * height))


def embedded(document: Any, *, limit: int, max_bytes: int) -> list[tuple[str, bytes]]:
    """Name and content of the embedded files, at most limit of them, none larger than max_bytes."""
    files = []
    for index in range(min(document.count_attachments(), limit)):
        attachment = document.get_attachment(index)
        size = ctypes.c_ulong()
        pdfium_c.FPDFAttachment_GetFile(attachment, None, 0, ctypes.byref(size))
        if 0 < size.value <= max_bytes:
            files.append((attachment.get_name() or f"attachment-{index + 1}", bytes(attachment.get_data())))
    return files


def embedded_names(document: Any, *, limit: int) -> tuple[str, ...]:
    return tuple(document.get_attachment(i).get_name() for i in range(min(document.count_attachments(), limit)))


def rendered(document: Any, number: int, *, scale: float, max_pixels: float) -> Image.Image:
    """The page, counted from 1, as a picture with scale pixels to the point, fewer if it would exceed max_pixels."""
    page = _page(document, number)
    width, height = page.get_size()
    fitting = min(scale, (max_pixels / max(width * height, 1.0)) ** 0.5)
    picture: Image.Image = page.render(scale=fitting, may_draw_forms=True).to_pil()
    return picture.convert("RGB")


def _page(document: Any, number: int) -> Any:
    try:
        return document[number - 1]
    except pdfium.PdfiumError as error:
        raise Rejected("corrupt", f"page {number} of the PDF cannot be loaded") from error


def _bitmaps(page: Any) -> Iterator[Any]:
    return page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=4)  # type: ignore[no-any-return]


def _drawn(page: Any, area: float) -> float:
    covered = 0.0
    for obj in _bitmaps(page):
        left, bottom, right, top = obj.get_bounds()
        covered += max(right - left, 0.0) * max(top - bottom, 0.0)
    return min(covered / area, 1.0) if area > 0 else 0.0


def _placing(page: Any) -> Placing:
    """From user space (origin bottom left, before rotation) to the page as shown (origin top left)."""
    left, bottom, right, top = page.get_cropbox()
    rotations: dict[int, Placing] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    return rotations[page.get_rotation()]


def _glyphs(text: Any, count: int) -> Iterator[Glyph]:
    rect = pdfium_c.FS_RECTF()
    for index in range(count):
        char = sound(chr(pdfium_c.FPDFText_GetUnicode(text.raw, index)))
        if char in "\r\n":
            yield "\n", 0, None
        elif char.isspace() or (char < " " and char != "\x02"):
            yield " ", 0, None
        else:
            pdfium_c.FPDFText_GetLooseCharBox(text.raw, index, ctypes.byref(rect))
            quarter = round(pdfium_c.FPDFText_GetCharAngle(text.raw, index) / (math.pi / 2)) % 4
            yield "-" if char == "\x02" else char, quarter, (rect.left, rect.bottom, rect.right, rect.top)


def sound(char: str) -> str:
    """A broken encoding gives halves of characters, which no JSON and no index takes."""
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char
