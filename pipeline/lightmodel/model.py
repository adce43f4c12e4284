"""Two logistic regressions, on TF-IDF features and on an embedding, scored with numpy from one file."""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from . import features, npz

SHIPPED = Path(__file__).parent / "light.npz"
LEAST_KNOWN = 0.3
"""Of the pieces of a text's words: languages that were learned from reach 0.5 to 0.9, others less than 0.2."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Regression:
    """weights [features, classes], bias [classes]."""

    weights: Floats
    bias: Floats

    def log_probabilities(self, row: Floats) -> Floats:
        logits = row @ self.weights + self.bias
        shifted = logits - logits.max()
        return np.asarray(shifted - np.log(np.exp(shifted).sum()))


@dataclass(frozen=True, kw_only=True)
class LightModel:
    """by_embedding is None where the model was fitted without an embedder; embedder names the one it knows."""

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    by_words: Regression
    by_embedding: Regression | None
    embedder: str

    @functools.cached_property
    def index(self) -> dict[str, int]:
        return {gram: place for place, gram in enumerate(self.vocabulary)}

    def vote_of_words(self, text: str) -> Floats | None:
        """Log probabilities [classes]; None where the text is of a language or script that was not learned from."""
        if features.known_share(text, self.index) < LEAST_KNOWN:
            return None
        return self.by_words.log_probabilities(features.vector(text, self.index, self.idf))

    def vote_of_embedding(self, embedding: Sequence[float]) -> Floats | None:
        """Log probabilities [classes]; None without an embedding regression of that width."""
        if self.by_embedding is None or len(embedding) != len(self.by_embedding.weights):
            return None
        return self.by_embedding.log_probabilities(np.asarray(embedding, dtype=np.float64))


def dump(model: LightModel) -> bytes:
    """The bytes of a model file; equal models give equal bytes."""
    embedding = model.by_embedding
    file = io.BytesIO()
    np.savez_compressed(
        file,
        classes=np.array(model.classes),
        vocabulary=np.frombuffer("\n".join(model.vocabulary).encode(), dtype=np.uint8),
        idf=model.idf.astype(np.float16),
        word_weights=model.by_words.weights.astype(np.float16),
        word_bias=model.by_words.bias.astype(np.float32),
        embedding_weights=(embedding.weights if embedding else np.zeros((0, len(model.classes)))).astype(np.float16),
        embedding_bias=(embedding.bias if embedding else np.zeros(0)).astype(np.float32),
        embedder=np.array(model.embedder),
    )
    return file.getvalue()


def parse(data: bytes) -> LightModel:
    """A model from the bytes of its file; raises ValueError where they are none or do not fit together."""
    parts = npz.read(data)
    wide = {name: _wide(each) for name, each in parts.numbers.items()}
    embedding = Regression(weights=wide["embedding_weights"], bias=wide["embedding_bias"])
    return LightModel(
        classes=parts.classes,
        vocabulary=parts.vocabulary,
        idf=wide["idf"],
        by_words=Regression(weights=wide["word_weights"], bias=wide["word_bias"]),
        by_embedding=embedding if len(embedding.weights) else None,
        embedder=parts.embedder,
    )


def _wide(array: npz.Array) -> Floats:
    order: Literal["F", "C"] = "F" if array.by_columns else "C"
    return np.frombuffer(array.data, array.kind).reshape(array.shape, order=order).astype(np.float64)


@functools.cache
def shipped() -> LightModel:
    return parse(SHIPPED.read_bytes())
