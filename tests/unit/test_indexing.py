"""Which passages of a document have a vector of their own."""

import numpy as np

from pipeline.embeddings import Vectors
from pipeline.indexing import ALIKE, distinct


def at(*cosines: float) -> Vectors:
    """Unit vectors in a plane, by their cosine to the first axis."""
    return np.array([(each, np.sqrt(1 - each**2)) for each in cosines], dtype=np.float32)


def kept(vectors: Vectors) -> list[bool]:
    return [each is not None for each in distinct(vectors)]


def test_a_passage_like_an_earlier_one_has_no_vector_of_its_own() -> None:
    assert kept(at(1.0, ALIKE + 0.01, 0.5, 1.0)) == [True, False, True, False]


def test_passages_that_drift_apart_step_by_step_are_kept_where_they_are_unlike_those_kept() -> None:
    steps = at(*(np.cos(step * np.pi / 16) for step in range(9)))
    assert kept(steps) == [True, False, False, True, False, False, True, False, False]


def test_one_passage_and_none_are_taken_as_they_are() -> None:
    assert distinct(at(1.0)) == [[1.0, 0.0]]
    assert distinct(np.empty((0, 2), dtype=np.float32)) == []
