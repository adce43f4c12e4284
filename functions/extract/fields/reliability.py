"""What the score of a rule is worth as a confidence, on printed and on scanned pages; pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.pages import Page

from .values import Fields, FieldValue

Curve = Sequence[tuple[float, float]]

PRINTED: Curve = ((0.0, 0.2), (0.3, 0.5), (0.5, 0.84), (0.75, 0.93), (1.0, 0.97))
SCANNED: Curve = ((0.0, 0.2), (0.3, 0.5), (0.5, 0.65), (0.75, 0.82), (1.0, 0.96))
"""Scores, and how many values in one of that score were right on labelled documents; straight lines between them.

Where OCR read the page, characters are wrong however well the place was found.
"""


def weighed(fields: Fields, pages: Sequence[Page]) -> Fields:
    """The fields with confidences in place of the scores of the rules; what stands on no page keeps its own."""
    sources = {page.number: page.source for page in pages}
    return {name: _weighed(value, sources) for name, value in fields.items()}


def worth(score: float, curve: Curve) -> float:
    """The point of the curve above a score; one beyond 0 or 1 counts as that end."""
    score = min(max(score, curve[0][0]), curve[-1][0])
    (left, low), (right, high) = next(each for each in itertools.pairwise(curve) if each[0][0] <= score <= each[1][0])
    return low + (high - low) * (score - left) / (right - left)


def _weighed(value: FieldValue | list[FieldValue], sources: Mapping[int, str]) -> FieldValue | list[FieldValue]:
    if isinstance(value, list):
        return [_one(each, sources) for each in value]
    return _one(value, sources)


def _one(value: FieldValue, sources: Mapping[int, str]) -> FieldValue:
    if value.page is None:
        return value
    curve = SCANNED if sources.get(value.page) == "ocr" else PRINTED
    return replace(value, confidence=worth(value.confidence, curve))
