"""The embedding model gives unit vectors that put like beside like, whatever the batch."""

from pathlib import Path

import numpy as np
import pytest

from pipeline import embeddings
from pipeline.embeddings import DIMENSIONS, ModelMissing

TEXTS = [
    "The invoice is due within thirty days of delivery.",
    "Payment of the bill is expected one month after the goods arrive.",
    "",
    "Bananas are rich in potassium. " * 60,
]


def test_vectors_are_unit_float32_in_the_order_of_the_texts() -> None:
    vectors = embeddings.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([embeddings.embed([text]) for text in TEXTS])
    assert np.allclose((vectors * alone).sum(axis=1), 1, atol=1e-4)


def test_a_paraphrase_is_nearer_than_another_subject() -> None:
    invoice, paraphrase, _, fruit = embeddings.embed(TEXTS)
    assert float(invoice @ paraphrase) > float(invoice @ fruit) + 0.3


def test_no_text_gives_no_vector() -> None:
    assert embeddings.embed([]).shape == (0, DIMENSIONS)


def test_token_spans_cover_a_text_longer_than_the_model_reads() -> None:
    text = "Rechnung RE-2024/0042 vom 3. Mai " * 100
    spans = embeddings.token_spans(text)
    assert len(spans) > embeddings.MAX_TOKENS
    assert (spans[0][0], spans[-1][1]) == (0, len(text.rstrip()))


def test_without_the_files_the_model_is_missing_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path))
    assert not embeddings.available()
    with pytest.raises(ModelMissing, match="requirements-models"):
        embeddings.embed(["text"])


def test_a_file_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(embeddings.SHA256, "tokenizer.json", "0" * 64)
    embeddings._loaded.cache_clear()
    with pytest.raises(ModelMissing, match="tokenizer"):
        embeddings.embed(["text"])
