"""How many documents a search found, and how many for each value of a facet; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.search.ask import Candidate, Found

Facets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Counts:
    total: int
    facets: Facets


def of_candidates(candidates: Sequence[Candidate]) -> Counts:
    """All of them, one for each document: a search by meaning finds the nearest and no more."""
    facets: dict[str, Counter[str]] = {"category": Counter(), "language": Counter(), "created": Counter()}
    for each in candidates:
        for name, value in (("category", each.category), ("language", each.language), ("created", each.created)):
            facets[name].update([value] if value else [])
    return Counts(total=len(candidates), facets={name: dict(counts.most_common()) for name, counts in facets.items()})


def counted(words: Found, hits: Sequence[Candidate]) -> Counts:
    """Exact where every document that the words found is at hand; else what the index counted.

    hits are those of the words and, in a hybrid search, those near in meaning: one for each document.
    """
    complete = words.total <= len({each.document_id for each in words.candidates})
    return of_candidates(hits) if complete else Counts(total=words.total, facets=words.facets)
