"""All searches: a mean for each mode, and whether hybrid is better by more than chance; pure."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .manifest import Query
from .ranking import ndcg, recall, reciprocal_rank

MODES = ("keyword", "semantic", "hybrid")
RESAMPLES = 10_000
SEED = 7

Measure = Callable[[Sequence[str], AbstractSet[str]], float]
MEASURES: Mapping[str, Measure] = {"ndcg@10": ndcg, "mrr@10": reciprocal_rank, "recall@10": recall}

Answers = Mapping[str, Mapping[str, Sequence[str]]]
"""The files each mode found, best first, by the id of the query."""


def scores(queries: Sequence[Query], answers: Answers) -> dict[str, Any]:
    if not queries:
        return {"queries": 0}
    by_mode = {mode: _measured(queries, answers, mode) for mode in MODES}
    return {
        "queries": len(queries),
        **{
            mode: {name: round(float(values.mean()), 4) for name, values in measured.items()}
            for mode, measured in by_mode.items()
        },
        "hybrid_above": {
            mode: interval(by_mode["hybrid"]["ndcg@10"] - by_mode[mode]["ndcg@10"]) for mode in ("keyword", "semantic")
        },
    }


def _measured(queries: Sequence[Query], answers: Answers, mode: str) -> dict[str, NDArray[np.float64]]:
    ranked = [answers.get(query.id, {}).get(mode, ()) for query in queries]
    return {
        name: np.array([measure(found, query.relevant) for found, query in zip(ranked, queries, strict=True)])
        for name, measure in MEASURES.items()
    }


def interval(differences: NDArray[np.float64]) -> dict[str, float]:
    """The mean of paired differences with its 95 % interval, by drawing the queries anew."""
    drawn = np.random.default_rng(SEED).integers(0, len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return {"mean": round(float(differences.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
