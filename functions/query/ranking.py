"""The order of hits: two rankings become one, one hit per document; pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline.search.ask import Candidate

RANK_OFFSET = 60
"""Of reciprocal rank fusion: how little the very first ranks stand out."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A document with its best entry and its score; the entry found by keyword is the one that shows the words."""

    entry_id: str
    document_id: UUID
    score: float


def valid(candidates: Sequence[Candidate], searchable: Mapping[UUID, int]) -> list[Candidate]:
    """Those of each document's searchable run, the best entry of each."""
    kept = [each for each in candidates if searchable.get(each.document_id) == each.run]
    best: dict[UUID, Candidate] = {}
    for each in kept:
        best.setdefault(each.document_id, each)
    return list(best.values())


def alone(candidates: Sequence[Candidate]) -> list[Ranked]:
    """One ranking as it is."""
    return [Ranked(entry_id=each.entry_id, document_id=each.document_id, score=each.score) for each in candidates]


def fused(keyword: Sequence[Candidate], meaning: Sequence[Candidate]) -> list[Ranked]:
    """Reciprocal rank fusion: a document scores by its place in each ranking, whatever the scores' scales."""
    scores: defaultdict[UUID, float] = defaultdict(float)
    entry: dict[UUID, Ranked] = {each.document_id: each for each in [*alone(meaning), *alone(keyword)]}
    for ranking in (keyword, meaning):
        for place, each in enumerate(ranking, 1):
            scores[each.document_id] += 1 / (RANK_OFFSET + place)
    ranked = [replace(each, score=scores[each.document_id]) for each in entry.values()]
    return sorted(ranked, key=lambda each: (-each.score, str(each.document_id)))
