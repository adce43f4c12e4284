"""A failed cross-check warns and lowers confidence, never deletes; pure."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.checks import failures
from pipeline.model import DocumentWarning

from .values import Extraction, Fields, FieldValue

DOUBT = 0.6


def checked(fields: Fields, known: Sequence[DocumentWarning] = ()) -> tuple[Fields, tuple[DocumentWarning, ...]]:
    """The fields with lowered confidence where a check failed, and the warnings; known ones count no second time."""
    failed = [failure for failure in failures(Extraction(fields=fields).to_json()) if failure[1] not in known]
    doubted = {name for names, _ in failed for name in names}
    kept: Fields = {
        name: replace(value, confidence=value.confidence * DOUBT)
        if name in doubted and isinstance(value, FieldValue) and value.method in ("rules", "llm")
        else value
        for name, value in fields.items()
    }
    return kept, tuple(warning for _, warning in failed)
