"""One search against what answers it: binary gain, one hit per document; pure."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

CUT_OFF = 10


def ndcg(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """Discounted gain of the first hits as a part of the best there could be."""
    gain = sum(1 / math.log2(place + 2) for place, file in enumerate(ranked[:CUT_OFF]) if file in relevant)
    best = sum(1 / math.log2(place + 2) for place in range(min(len(relevant), CUT_OFF)))
    return gain / best if best else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    return next((1 / (place + 1) for place, file in enumerate(ranked[:CUT_OFF]) if file in relevant), 0.0)


def recall(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    return len(relevant & set(ranked[:CUT_OFF])) / len(relevant) if relevant else 0.0
