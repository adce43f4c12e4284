"""Were categories told right, and did confidence say so? Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BINS = 10
CONFUSIONS_SHOWN = 15


@dataclass(frozen=True, kw_only=True)
class Told:
    """category is None where a document failed or is missing."""

    label: str
    category: str | None
    confidence: float | None = None
    method: str = ""


def f1_of(category: str, told: Sequence[Told]) -> float:
    hits = sum(each.label == category == each.category for each in told)
    taken = sum(each.category == category for each in told)
    there = sum(each.label == category for each in told)
    return 2 * hits / (taken + there) if taken + there else 0.0


def macro_f1(told: Sequence[Told]) -> float:
    """The unweighted mean over the categories that are labelled."""
    labels = {each.label for each in told}
    return sum(f1_of(label, told) for label in labels) / len(labels) if labels else 0.0


def accuracy(told: Sequence[Told]) -> float:
    return sum(each.label == each.category for each in told) / len(told) if told else 0.0


def calibration_error(told: Sequence[Told]) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, in ten bins weighed by their documents."""
    sure = [(each.confidence, each.label == each.category) for each in told if each.confidence is not None]
    if not sure:
        return 0.0
    confidence, right = (np.array(column, dtype=np.float64) for column in zip(*sure, strict=True))
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    chosen = [bins == number for number in range(BINS) if (bins == number).any()]
    return float(sum(abs(confidence[each].mean() - right[each].mean()) * each.sum() for each in chosen) / len(sure))


def confusions(told: Sequence[Told]) -> list[dict[str, Any]]:
    """What was taken for what, the most frequent first; None: failed or missing."""
    wrong = Counter((each.label, each.category) for each in told if each.label != each.category)
    ordered = sorted(wrong.items(), key=lambda each: (-each[1], str(each[0])))[:CONFUSIONS_SHOWN]
    return [{"label": label, "category": category, "documents": count} for (label, category), count in ordered]


def scores(told: Sequence[Told]) -> dict[str, Any]:
    ended = [each for each in told if each.category is not None]
    return {
        "documents": len(told),
        "accuracy": round(accuracy(told), 4),
        "macro_f1": round(macro_f1(told), 4),
        "calibration_error": round(calibration_error(told), 4),
        "decided_without_llm": round(sum("llm" not in each.method for each in ended) / len(ended), 4) if ended else 0.0,
        "f1": {label: round(f1_of(label, told), 4) for label in sorted({each.label for each in told})},
        "confusions": confusions(told),
    }
