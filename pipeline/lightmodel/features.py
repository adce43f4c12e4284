"""Text to TF-IDF features, the same for training and for scoring; pure."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SAMPLE_CHARS = 6_000
"""Of the beginning of a document, by which its category is told; the rules read as much."""

_WORD = re.compile(r"\w{2,30}")
_DIGIT = re.compile(r"\d")


def counts(text: str) -> tuple[Counter[str], Counter[str]]:
    """Word 1-2-grams and in-word character 3-5-grams of the beginning; every digit is read as 0."""
    words = _WORD.findall(_DIGIT.sub("0", text[:SAMPLE_CHARS].lower()))
    grams: Counter[str] = Counter(words)
    grams.update(f"{first} {second}" for first, second in itertools.pairwise(words))
    pieces: Counter[str] = Counter()
    for word, times in Counter(words).items():
        padded = f"_{word}_"
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                pieces[f"~{padded[start : start + size]}"] += times
    return grams, pieces


def known_share(text: str, index: Mapping[str, int]) -> float:
    """How much of the words' pieces is in the vocabulary, 0 to 1; 0 where there are none."""
    _, pieces = counts(text)
    return sum(times for gram, times in pieces.items() if gram in index) / max(1, pieces.total())


def vector(text: str, index: Mapping[str, int], idf: NDArray[np.float64]) -> NDArray[np.float64]:
    """One row [features]: sublinear tf x idf, words and characters each of unit length."""
    row = np.zeros(len(idf))
    for block in counts(text):
        known = [(index[gram], times) for gram, times in block.items() if gram in index]
        if known:
            places = np.array([place for place, _ in known])
            values = (1 + np.log(np.array([times for _, times in known], dtype=np.float64))) * idf[places]
            row[places] = values / np.linalg.norm(values)
    return row
