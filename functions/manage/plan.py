"""Where a new run begins and what a replay means; pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pipeline.errors import Conflict, NotFound
from pipeline.events import DocumentClassified, DocumentExtracted, DocumentUploaded, Event
from pipeline.model import TERMINAL, Document

from .correction import Rechecked

Stage = Literal["classify", "extract", "index"]
INPUT: dict[str, type[Event]] = {
    "classify": DocumentUploaded,
    "extract": DocumentClassified,
    "index": DocumentExtracted,
}
"""What each stage waits for."""


def first_stage(document: Document, wanted: str) -> str:
    """After a failed run everything begins anew, since its objects are gone; raises NotFound, Conflict."""
    if document.state == "deleted":
        raise NotFound("the document is deleted", code="deleted")
    if document.state not in TERMINAL:
        raise Conflict(f"the document is {document.state}: its run is not over", code="in-progress", retry_after=5)
    return "classify" if document.state == "failed" else wanted


def corrected_stage(corrections: Mapping[str, Any]) -> str:
    """Another category has other fields; corrected fields only have to be found."""
    return "extract" if "category" in corrections else "index"


def as_corrected(event: Event, document: Document, checks: Rechecked | None = None) -> Event:
    """The event a stage gets again; a person's category and what follows from a person's fields win over the found."""
    category = document.corrections.get("category")
    if isinstance(event, DocumentClassified) and category is not None:
        return replace(event, category=category, confidence=1.0, method="correction")
    if isinstance(event, DocumentExtracted) and checks is not None:
        return replace(event, warnings=checks.of(event.warnings))
    return event


Replay = Literal["reopen", "redeliver", "superseded", "done"]


def replay(function: str, run: int | None, document: Document | None, *, resolution: str | None) -> Replay:
    """A failed run begins anew under the next number: the original message would be fenced.

    Raises Conflict for a letter that was discarded, and while its document's run is not over.
    """
    if resolution == "discarded":
        raise Conflict("the dead letter is closed already: discarded", code="already-resolved")
    if resolution is not None:
        return "done"
    if function not in INPUT or document is None:
        return "redeliver"
    if document.run != run:
        return "superseded"
    if document.state not in TERMINAL:
        raise Conflict("the document is not failed yet: the compensator is at work", code="in-progress", retry_after=5)
    return "reopen" if document.state == "failed" else "superseded"
