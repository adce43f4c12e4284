"""What is known of a document besides its text, as named facts that categories weigh; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.pages import Page
from pipeline.reading import PDF

SCREEN_SHAPES = (4 / 3, 16 / 10)
WIDE_SCREEN = 1.7
SHAPE_SLACK = 0.015
"""Paper on its side is 1.29 or 1.41."""
SLIDE_WORDS = 200


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """xml_root is the local name of an embedded invoice's or order's root; page_shape is width / height of page 1;
    page_words is how many words the middle one of the pages read has, sorted by that.
    """

    xml_root: str | None = None
    email_headers: bool = False
    pages: int | None = None
    page_shape: float | None = None
    page_words: int | None = None


def of_pages(pages: Sequence[Page]) -> float | None:
    """The shape of the first page, where the format has a page size."""
    first = pages[0] if pages else None
    return first.width / first.height if first and first.height else None


def words_of_pages(pages: Sequence[Page]) -> int | None:
    counts = sorted(len(page.text.split()) for page in pages)
    return counts[len(counts) // 2] if counts else None


def facts(evidence: Evidence, media_type: str) -> frozenset[str]:
    """For example {"media:text/csv", "xml:Invoice", "email-headers", "pages:1", "landscape", "slides"}."""
    found = {f"media:{media_type.split(';')[0].strip().lower()}"}
    if evidence.xml_root:
        found.add(f"xml:{evidence.xml_root}")
    if evidence.email_headers:
        found.add("email-headers")
    if evidence.pages is not None:
        found.add(f"pages:{'1' if evidence.pages == 1 else '2-9' if evidence.pages < 10 else '10+'}")
    if evidence.page_shape is not None and evidence.page_shape > 1.2:
        found.add("landscape")
    if media_type == PDF and _like_slides(evidence):
        found.add("slides")
    return frozenset(found)


def _like_slides(evidence: Evidence) -> bool:
    """Pages as wide as a screen with a few words each."""
    shape, words = evidence.page_shape or 0.0, evidence.page_words or 0
    like_a_screen = shape > WIDE_SCREEN or any(abs(shape - each) < SHAPE_SLACK for each in SCREEN_SHAPES)
    return like_a_screen and 0 < words <= SLIDE_WORDS
