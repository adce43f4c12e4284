"""The vote of the rules: cues found in the text, weighed per category; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.categories import Category
from pipeline.lightmodel import features

SAMPLE_CHARS = features.SAMPLE_CHARS
"""Only the first pages are read: it bounds the time of the cues."""

HEAD_CHARS = 250
REPEATS_COUNTED = 3
REPEAT_WEIGHT = 0.3
HEAD_WEIGHT = 0.6
HEAD_LEAST_WEIGHT = 2.0
TEMPERATURE = 2.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """A cue in the text: its share of the score and the words it matched."""

    score: float
    words: str


def cues_found(category: Category, text: str) -> tuple[Found, ...]:
    """The cues of a category that match, strongest first."""
    sample = text[:SAMPLE_CHARS]
    found = (_weigh(cue.weight, cue.pattern, sample) for cue in category.cues)
    return tuple(sorted((each for each in found if each), key=lambda each: -each.score))


def score(category: Category, cues: Sequence[Found]) -> float:
    """Prior and cues added up."""
    return category.prior + sum(each.score for each in cues)


def vote(scores: Mapping[str, float]) -> NDArray[np.float64]:
    """Log probabilities in the order of the scores."""
    logits = np.array(list(scores.values())) / TEMPERATURE
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _weigh(weight: float, pattern: re.Pattern[str], sample: str) -> Found | None:
    first = pattern.search(sample)
    if first is None:
        return None
    hits = 1
    for _ in pattern.finditer(sample, first.end() or 1):
        hits += 1
        if hits > REPEATS_COUNTED:
            break
    total = weight * (1 + REPEAT_WEIGHT * (hits - 1))
    if weight >= HEAD_LEAST_WEIGHT and first.start() < HEAD_CHARS:
        total += HEAD_WEIGHT * weight
    return Found(score=total, words=" ".join(first.group().split())[:60])
