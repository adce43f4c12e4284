"""What a dead letter means for its document, and which effects are taken back, in which order; pure."""

import re
from typing import Literal

from pipeline.dead_letters import Cause, Letter
from pipeline.events import DocumentFailed
from pipeline.model import Document

CONSUMES = {"classify": "document.uploaded", "extract": "document.classified", "index": "document.extracted"}
"""The stages whose failure unmakes a document; a webhook that cannot be delivered does not."""

Effect = Literal["search-entries", "derived-objects"]
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "classify": ("derived-objects",),
    "extract": ("derived-objects",),
    "index": ("search-entries", "derived-objects"),
}
"""What a run has left outside the database when a stage gives up, last made first; the original is kept."""

Verdict = Literal["undo", "superseded", "kept"]
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def live(function: str, cause: Cause, document: Document) -> bool:
    """Does the document still wait for this function to handle this event?"""
    waiting_for = f"document.{document.state}"
    return cause.run == document.run and cause.name == waiting_for == CONSUMES.get(function)


def verdict(function: str, cause: Cause | None, document: Document | None, *, committed: bool) -> Verdict:
    """kept: for the operator, with no effect on a document. committed: the stage had done its work after all."""
    if function not in CONSUMES or cause is None or document is None:
        return "kept"
    return "undo" if live(function, cause, document) and not committed else "superseded"


def failure(letter: Letter) -> DocumentFailed:
    """What is said of the document when everything is undone."""
    failure_class = letter.failure_class or "unknown"
    return DocumentFailed(
        stage=letter.function,
        code=letter.code if CODE.fullmatch(letter.code) else "attempts-exhausted",
        reason=letter.reason or "the stage gave up without saying why",
        failure_class=failure_class if CODE.fullmatch(failure_class) else "unknown",
        attempts=letter.attempts,
        undone=EFFECTS[letter.function],
    )
