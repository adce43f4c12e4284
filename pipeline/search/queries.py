"""What is asked of the index, as bodies of requests; pure."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from .filters import Filters
from .mapping import STEMS, stems

STEMMED = tuple(f"stems.{name}" for name in STEMS)
TEXT_FIELDS = ("text", *STEMMED, "heading^0.5")
NAME_FIELDS = ("names^1.5", "names.prefix^0.5")
TIE_BREAKER = 0.3

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Or one character of a script without spaces."""
MOST_WORDS = 70

FACET_VALUES = 50
EXACT_COUNT_UP_TO = 3_000
"""Documents; above it a total is within a few percent."""

BY_MONTH = {"field": "created_at", "calendar_interval": "month", "format": "yyyy-MM", "min_doc_count": 1}

FRAGMENT_CHARACTERS = 240
BEST_FIRST: list[dict[str, Any]] = [{"_score": "desc"}, {"document_run": "asc"}]
SHOWN = ["document_id", "run", "page", "heading", "filename", "category", "language", "created_at", "shown", "text"]


def matching(text: str) -> dict[str, Any]:
    """Any word in any language's form, or a part of a name or an identifier; more and rarer words count more."""
    return {
        "multi_match": {
            "query": first_words(text),
            "fields": [*TEXT_FIELDS, *NAME_FIELDS],
            "type": "best_fields",
            "tie_breaker": TIE_BREAKER,
        }
    }


def first_words(text: str) -> str:
    """So many words that all their forms stay below the 1,024 clauses a query may have."""
    words = list(WORD.finditer(text))
    return text if len(words) <= MOST_WORDS else text[: words[MOST_WORDS].start()]


def by_keyword(text: str, filters: Filters, size: int) -> dict[str, Any]:
    """The best entry of each run, best first. An empty text matches everything, newest first.

    Nothing is counted here: beside it, `counting` runs on another core.
    """
    query: dict[str, Any] = {"filter": filters.clauses()}
    order: list[dict[str, Any]] = BEST_FIRST
    if text:
        query["must"] = [matching(text)]
    else:
        order = [{"created_at": "desc"}, {"document_run": "asc"}]
    return _one_of_each_run({"bool": query}, size, order)


def counting(text: str, filters: Filters, facets: Sequence[str]) -> dict[str, Any]:
    """What by_keyword finds, in numbers: documents in all, and documents for each value of each facet."""
    wanted = [*filters.clauses(), *([matching(text)] if text else [])]
    query = {"bool": {"filter": wanted}}
    return {"query": query, "size": 0, "track_total_hits": False, "aggs": _counts(facets)}


def by_meaning(vector: Sequence[float], model: str, filters: Filters, entries: int) -> dict[str, Any]:
    """The entries nearest to the vector, all of one embedding model, nearest first; a run may have several.

    Nothing is counted here: counting what a vector found costs ten times the search.
    """
    near = {
        "vector": [float(each) for each in vector],
        "k": entries,
        "filter": {"bool": {"filter": [*filters.clauses(), {"term": {"model": model}}]}},
    }
    return _candidates({"knn": {"vector": near}}, entries)


def like_vectors(vectors: Sequence[tuple[str, Sequence[float]]], filters: Filters, entries: int) -> dict[str, Any]:
    """The entries near the middle of these vectors, of which there is at least one."""
    model = vectors[0][0]
    same = [vector for name, vector in vectors if name == model]
    middle = [sum(values) / len(same) for values in zip(*same, strict=True)]
    return by_meaning(middle, model, filters, entries)


def like_text(index: str, entry_id: str, filters: Filters, size: int) -> dict[str, Any]:
    """The best entry of each run that shares rare words with this entry."""
    words = {
        "fields": ["text", *STEMMED],
        "like": [{"_index": index, "_id": entry_id}],
        "min_term_freq": 1,
        "min_doc_freq": 1,
        "max_query_terms": 25,
    }
    query = {"bool": {"filter": filters.clauses(), "must": [{"more_like_this": words}]}}
    return _one_of_each_run(query, size, BEST_FIRST)


def _counts(facets: Sequence[str]) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "category": _of_documents({"terms": {"field": "category", "size": FACET_VALUES}}),
        "language": _of_documents({"terms": {"field": "language", "size": FACET_VALUES}}),
        "created": _of_documents({"date_histogram": BY_MONTH}),
    }
    return {"documents": _documents()} | {name: known[name] for name in facets}


def shown(entry_ids: Sequence[str], text: str, languages: Collection[str]) -> dict[str, Any]:
    """What a hit shows, with the matching words of its text marked; the text is escaped for HTML.

    languages are those of the hits: marking inflected words costs once for each. During a rebuild an entry may stand
    in two indexes.
    """
    ids = {"ids": {"values": list(entry_ids)}}
    body: dict[str, Any] = {"query": ids, "size": 2 * len(entry_ids), "_source": SHOWN}
    if not text:
        return body
    names = ["text", *sorted({f"stems.{stems(language)}" for language in languages})]
    marked = {
        "type": "unified",
        "encoder": "html",
        "fields": {name: {} for name in names},
        "highlight_query": {"multi_match": {"query": first_words(text), "fields": names}},
        "fragment_size": FRAGMENT_CHARACTERS,
        "number_of_fragments": 1,
    }
    return body | {"highlight": marked}


def _candidates(query: dict[str, Any], size: int) -> dict[str, Any]:
    return {
        "query": query,
        "size": size,
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["document_id", "run", "category", "language", {"field": "created_at", "format": "yyyy-MM"}],
    }


def _one_of_each_run(query: dict[str, Any], size: int, order: list[dict[str, Any]]) -> dict[str, Any]:
    one = {"sort": order, "track_scores": True, "collapse": {"field": "document_run"}}
    return _candidates(query, size) | one


def _of_documents(buckets: dict[str, Any]) -> dict[str, Any]:
    return buckets | {"aggs": {"documents": _documents()}}


def _documents() -> dict[str, Any]:
    return {"cardinality": {"field": "document_id", "precision_threshold": EXACT_COUNT_UP_TO}}
