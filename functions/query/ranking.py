"""The order of hits: two rankings become one, one hit per document; pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline.search.ask import Candidate

KEYWORD_SHARE = 0.7
"""Of a score; the rest is meaning. From 0.7 on the development queries are ranked alike."""
NEAR = 0.5
"""Part of the best cosine below which a document says something else."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A document with its best entry and its score; the entry found by keyword is the one that shows the words."""

    entry_id: str
    document_id: UUID
    score: float
    language: str | None = None


def valid(candidates: Sequence[Candidate], searchable: Mapping[UUID, int]) -> list[Candidate]:
    """Those of each document's searchable run, the best entry of each."""
    return first_of_each([each for each in candidates if searchable.get(each.document_id) == each.run])


def first_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One for each document."""
    best: dict[UUID, Candidate] = {}
    for each in candidates:
        best.setdefault(each.document_id, each)
    return list(best.values())


def alone(candidates: Sequence[Candidate]) -> list[Ranked]:
    """One ranking as it is."""
    return [
        Ranked(entry_id=each.entry_id, document_id=each.document_id, score=each.score, language=each.language)
        for each in candidates
    ]


def near(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without those far from the nearest one: there is always a nearest, whatever is asked."""
    best = max((cosine(each.score) for each in candidates), default=0.0)
    return [each for each in candidates if cosine(each.score) >= NEAR * best]


def fused(keyword: Sequence[Candidate], meaning: Sequence[Candidate]) -> list[Ranked]:
    """Normalised-score fusion: each ranking's scores as parts of its best one, added up by their share."""
    entry: dict[UUID, Ranked] = {each.document_id: each for each in [*alone(meaning), *alone(keyword)]}
    scores: defaultdict[UUID, float] = defaultdict(float)
    for share, ranking in (
        (KEYWORD_SHARE, normalised([(each.document_id, each.score) for each in keyword])),
        (1 - KEYWORD_SHARE, normalised([(each.document_id, cosine(each.score)) for each in meaning])),
    ):
        for document_id, part in ranking:
            scores[document_id] += share * part
    ranked = [replace(each, score=scores[each.document_id]) for each in entry.values()]
    return sorted(ranked, key=lambda each: (-each.score, str(each.document_id)))


def normalised(scores: Sequence[tuple[UUID, float]]) -> list[tuple[UUID, float]]:
    """Parts of the best score, from 0 to 1."""
    best = max((score for _, score in scores), default=0.0)
    return [(document_id, max(score, 0.0) / best) for document_id, score in scores] if best > 0 else []


def cosine(score: float) -> float:
    """OpenSearch scores a vector by (1 + cosine) / 2."""
    return 2 * score - 1
