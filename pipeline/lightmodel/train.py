"""Fits the light model: python -m pipeline.lightmodel.train [--documents FOLDER] [--out FILE] [--no-embeddings]

Every category's examples are learned from, and with --documents also the documents in FOLDER/<category>/. The same
texts give the same weights. Development and training only: needs scikit-learn.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

from .. import categories
from . import features, folders
from .folders import Labelled
from .model import SHIPPED, LightModel, Regression, dump

INVERSE_REGULARISATION = 20.0
MOST_FEATURES = 16_000
LEAST_DOCUMENTS = 2

Floats = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def examples(documents: Path | None = None) -> list[Labelled]:
    """The shipped examples and, where given, the documents of a folder of labelled folders."""
    found = [Labelled(category=each.name, text=text) for each in categories.load() for text in each.examples()]
    own = folders.read(documents) if documents else ()
    return found + [each for each in own if isinstance(each, Labelled)]


def fit(labelled: Sequence[Labelled], embed: Embed | None = None, embedder: str = "") -> LightModel:
    """Fit both regressions; embed turns texts into rows of floats, None leaves the second out."""
    classes = tuple(sorted({each.category for each in labelled}))
    targets = np.array([classes.index(each.category) for each in labelled])
    vocabulary, idf = _vocabulary([each.text for each in labelled], targets)
    index = {gram: place for place, gram in enumerate(vocabulary)}
    rows = np.array([features.vector(each.text, index, idf) for each in labelled])
    by_embedding = _regression(embed([each.text for each in labelled]), targets) if embed else None
    return LightModel(
        classes=classes,
        vocabulary=vocabulary,
        idf=idf,
        by_words=_regression(rows, targets),
        by_embedding=by_embedding,
        embedder=embedder if embed else "",
    )


def by_meaning() -> dict[str, Any]:
    """What fit needs for the second regression."""
    from .. import embeddings

    return {"embed": embeddings.embed, "embedder": embeddings.model_name()}


def _vocabulary(texts: Sequence[str], targets: NDArray[np.int64]) -> tuple[tuple[str, ...], Floats]:
    """The features that tell the categories apart best, in alphabetical order, and their idf."""
    grams = [set().union(*features.counts(text)) for text in texts]
    frequency = Counter(gram for found in grams for gram in found)
    candidates = sorted(gram for gram, documents in frequency.items() if documents >= LEAST_DOCUMENTS)
    place = {gram: number for number, gram in enumerate(candidates)}
    present = np.zeros((len(texts), len(candidates)), dtype=np.float32)
    for row, found in enumerate(grams):
        present[row, [place[gram] for gram in found if gram in place]] = 1
    strength, _ = chi2(present, targets)
    kept = sorted(np.argsort(-strength, kind="stable")[:MOST_FEATURES].tolist())
    vocabulary = tuple(candidates[number] for number in kept)
    documents = np.array([frequency[gram] for gram in vocabulary], dtype=np.float64)
    return vocabulary, np.log((1 + len(texts)) / (1 + documents)) + 1


def _regression(rows: NDArray[np.floating], targets: NDArray[np.int64]) -> Regression:
    fitted = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=2_000, class_weight="balanced")
    fitted.fit(rows, targets)
    return Regression(weights=np.asarray(fitted.coef_.T), bias=np.asarray(fitted.intercept_))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, help="folder of folders named after categories, with documents")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="where the model is written")
    parser.add_argument("--no-embeddings", action="store_true", help="leave the embedding regression out")
    asked = parser.parse_args()
    labelled = examples(asked.documents)
    model = fit(labelled) if asked.no_embeddings else fit(labelled, **by_meaning())
    data = dump(model)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_bytes(data)
    print(
        f"{len(labelled)} texts, {len(model.classes)} categories, {len(model.vocabulary)} features, {len(data):,} bytes"
    )


if __name__ == "__main__":
    main()
