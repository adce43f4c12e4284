"""How many documents a search found, and how many for each value of a facet; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.search.ask import Candidate, Found
from pipeline.search.queries import EXACT_COUNT_UP_TO

Facets = Mapping[str, Mapping[str, int]]
Relation = Literal["exact", "at-least", "about"]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """relation says how total stands to the number of documents there are."""

    total: int
    relation: Relation
    facets: Facets


def of_candidates(candidates: Sequence[Candidate], *, complete: bool) -> Counts:
    """All of them, one for each document; complete where no other one is near in meaning."""
    facets: dict[str, Counter[str]] = {"category": Counter(), "language": Counter(), "created": Counter()}
    for each in candidates:
        for name, value in (("category", each.category), ("language", each.language), ("created", each.created)):
            facets[name].update([value] if value else [])
    return Counts(
        total=len(candidates),
        relation="exact" if complete else "at-least",
        facets={name: dict(counts.most_common()) for name, counts in facets.items()},
    )


def counted(words: Found, hits: Sequence[Candidate], *, meaning: bool = False, complete: bool = True) -> Counts:
    """From the hits where every document that the words found is at hand; else what the index counted.

    hits are those of the words and, in a search with meaning, those near in meaning: one for each document. complete:
    every one near in meaning is among them.
    """
    if words.total <= len({each.document_id for each in words.candidates}):
        return of_candidates(hits, complete=complete)
    known: Relation = "at-least" if meaning else "exact"
    relation = "about" if words.total > EXACT_COUNT_UP_TO else known
    return Counts(total=words.total, relation=relation, facets=words.facets)
