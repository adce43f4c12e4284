"""What is known of a document besides its text, as named facts that categories weigh; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.pages import Page


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """xml_root is the local name of an embedded invoice's or order's root; page_shape is width / height of page 1."""

    xml_root: str | None = None
    email_headers: bool = False
    pages: int | None = None
    page_shape: float | None = None


def of_pages(pages: Sequence[Page]) -> float | None:
    """The shape of the first page, where the format has a page size."""
    first = pages[0] if pages else None
    return first.width / first.height if first and first.height else None


def facts(evidence: Evidence, media_type: str) -> frozenset[str]:
    """For example {"media:text/csv", "xml:Invoice", "email-headers", "pages:1", "landscape"}."""
    found = {f"media:{media_type.split(';')[0].strip().lower()}"}
    if evidence.xml_root:
        found.add(f"xml:{evidence.xml_root}")
    if evidence.email_headers:
        found.add("email-headers")
    if evidence.pages is not None:
        found.add(f"pages:{'1' if evidence.pages == 1 else '2-9' if evidence.pages < 10 else '10+'}")
    if evidence.page_shape is not None and evidence.page_shape > 1.2:
        found.add("landscape")
    return frozenset(found)
