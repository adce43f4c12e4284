import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pipeline.lightmodel import model as lightmodel
from pipeline.lightmodel import train
from pipeline.lightmodel.folders import Labelled

TEXTS = [
    Labelled(category=category, text=f"{word} {word} number {number} of the {category}")
    for category, word in (("soup", "carrot"), ("song", "melody"), ("other", "gravel"))
    for number in range(4)
]


def test_the_same_texts_give_the_same_bytes() -> None:
    assert lightmodel.dump(train.fit(TEXTS)) == lightmodel.dump(train.fit(TEXTS))


def test_a_fitted_model_tells_its_categories_apart_after_a_round_trip() -> None:
    model = lightmodel.parse(lightmodel.dump(train.fit(TEXTS)))
    vote = model.vote_of_words("a carrot in the pot")
    assert vote is not None
    assert model.classes[int(vote.argmax())] == "soup"
    assert np.exp(vote).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "text", ["", "zzz", "морковь и картофель number 1", "胡萝卜汤和土豆沙拉 of the", "gravel " + "qqqqqqq " * 9]
)
def test_a_text_with_few_known_words_gets_no_vote(text: str) -> None:
    assert train.fit(TEXTS).vote_of_words(text) is None


def test_an_embedding_of_another_width_gets_no_vote() -> None:
    model = train.fit(TEXTS, lambda texts: np.eye(len(texts), 7, dtype=np.float32), "seven")
    assert model.embedder == "seven"
    assert model.vote_of_embedding([0.1] * 7) is not None
    assert model.vote_of_embedding([0.1] * 8) is None
    assert train.fit(TEXTS).vote_of_embedding([0.1] * 7) is None


def archive(**arrays: np.ndarray) -> bytes:
    """The file of a fitted model with some of its arrays replaced."""
    with np.load(io.BytesIO(lightmodel.dump(train.fit(TEXTS)))) as file:
        changed = {name: arrays.get(name, file[name]) for name in file}
    target = io.BytesIO()
    np.savez_compressed(target, **changed)
    return target.getvalue()


def zipped(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(name, "a")
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a model",
        lightmodel.dump(train.fit(TEXTS))[:-200],
        archive(word_bias=np.zeros(99, dtype=np.float32)),
        archive(word_weights=np.full((3, 3), np.nan, dtype=np.float16)),
        archive(vocabulary=np.frombuffer(b"\xff\xfe", dtype=np.uint8)),
        archive(idf=np.zeros(3_000_000)),
        archive(classes=np.array([{"a": 1}])),
        archive(classes=np.array("one")),
        archive(embedding_weights=np.array(1, dtype=np.float16)),
        archive(idf=np.zeros((1,) * 20)),
        zipped("a.txt"),
        zipped("idf.npy"),
    ],
    ids=[
        *("empty", "text", "cut", "other-shape", "no-numbers", "no-text", "bomb", "pickle"),
        *("one-class", "one-weight", "many-dimensions", "other-archive", "no-array"),
    ],
)
def test_bytes_that_are_no_model_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"model|[Pp]ickle|object"):
        lightmodel.parse(content)


def test_the_shipped_model_is_small_and_knows_every_category() -> None:
    from pipeline import categories

    assert lightmodel.SHIPPED.stat().st_size < 1_000_000
    assert lightmodel.shipped().classes == tuple(category.name for category in categories.load())


def test_a_folder_of_labelled_texts_is_learned_from(tmp_path: Path) -> None:
    (tmp_path / "invoice").mkdir()
    (tmp_path / "invoice" / "mine.txt").write_text("Honorarnote Nr. 7")
    shipped, more = train.examples(), train.examples(tmp_path)
    assert more == [*shipped, Labelled(category="invoice", text="Honorarnote Nr. 7")]
