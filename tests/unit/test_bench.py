"""What the benches make is the same each time, and their ratios mean what they say."""

import itertools

import numpy as np
import pytest

from bench.extract import rates
from bench.vectors import CHUNKS_OF_A_DOCUMENT, entries


def test_the_entries_of_a_large_index_are_unit_vectors_and_the_same_each_time() -> None:
    first, second = (list(entries(25, tenant="a", model="m")) for _ in range(2))
    assert first == second
    assert [np.linalg.norm(np.array(each.vector)) for each in first] == pytest.approx([1.0] * 25)
    sizes = [len(list(part)) for _, part in itertools.groupby(first, lambda entry: entry.document_id)]
    assert sizes == [CHUNKS_OF_A_DOCUMENT, CHUNKS_OF_A_DOCUMENT, 5]


def test_a_ratio_of_one_is_as_fast_as_bare_docling() -> None:
    found = rates({"pages": 8, "stage_wall": 4.0, "stage_cpu": 2.0, "bare_wall": 2.0, "bare_cpu": 2.0})
    assert (found["stage"], found["bare"]) == ({"wall": 2.0, "cpu": 4.0}, {"wall": 4.0, "cpu": 4.0})
    assert found["ratio"] == {"wall": 0.5, "cpu": 1.0}
