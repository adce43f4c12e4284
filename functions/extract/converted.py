"""What a conversion may use and what it gives, and both as JSON for the child process; pure."""

from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.model import DocumentWarning
from pipeline.pages import Page, pages_from_json, pages_to_json


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one conversion may use.

    pages and ocr_pages count the pages of the document and those read by OCR in this call; page_points is the longest
    side of a page, image_pixels the size of one picture, archive_bytes that of an unpacked Office file.
    """

    seconds: float = 90.0
    memory_bytes: int = 4 * 1024**3
    pages: int = 2_000
    ocr_pages: int = 500
    page_points: float = 14_400
    image_pixels: int = 90_000_000
    archive_bytes: int = 512 * 1024**2
    attachments: int = 100


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came inside a document, spooled to path; media_type as the sender declares it."""

    filename: str
    media_type: str | None
    path: Path


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The pages first to last of a document. structure is Docling's JSON, as text, {} where Docling had no
    part.

    embedded is name and content of the XML files inside a PDF, where first is its first page. page_count is that of the
    whole document; engine names what read it, with versions.
    """

    markdown: str
    structure: str
    pages: tuple[Page, ...]
    warnings: tuple[DocumentWarning, ...]
    attachments: tuple[Attachment, ...]
    embedded: tuple[tuple[str, bytes], ...] = ()
    engine: str
    page_count: int


def to_json(converted: Converted) -> dict[str, Any]:
    return {
        "markdown": converted.markdown,
        "structure": converted.structure,
        "pages": pages_to_json(converted.pages),
        "warnings": [asdict(each) for each in converted.warnings],
        "attachments": [{**asdict(each), "path": str(each.path)} for each in converted.attachments],
        "embedded": [(name, b64encode(content).decode()) for name, content in converted.embedded],
        "engine": converted.engine,
        "page_count": converted.page_count,
    }


def from_json(data: dict[str, Any]) -> Converted:
    return Converted(
        markdown=data["markdown"],
        structure=data["structure"],
        pages=pages_from_json(data["pages"]),
        warnings=tuple(DocumentWarning(**each) for each in data["warnings"]),
        attachments=tuple(Attachment(**{**each, "path": Path(each["path"])}) for each in data["attachments"]),
        embedded=tuple((name, b64decode(content)) for name, content in data["embedded"]),
        engine=data["engine"],
        page_count=data["page_count"],
    )
