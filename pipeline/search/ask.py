"""Send a search and read the answer."""

import html
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from opensearchpy import exceptions

from ..errors import Unavailable
from . import queries
from .client import asking, unavailable
from .entry import document_run
from .index import alias

MARKS = ("<em>", "</em>")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An entry of one run of one document; whether that run is the searchable one is not known here.

    created is the month, as in 2024-05.
    """

    entry_id: str
    document_id: UUID
    run: int
    score: float
    category: str | None = None
    language: str | None = None
    created: str | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one search answers: candidates, best first, or counts of documents: total and facets."""

    candidates: Sequence[Candidate] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a hit shows; highlight is HTML with matching words in <em>, everything else escaped."""

    document_id: UUID
    page: int | None
    heading: str
    highlight: str
    filename: str
    category: str | None
    language: str | None
    created_at: str
    fields: Mapping[str, Any]


def candidates(*bodies: dict[str, Any]) -> list[Found]:
    """One answer for each body, in one request. An index that does not exist yet holds nothing."""
    lines = "".join(json.dumps({"index": alias()}) + "\n" + json.dumps(body) + "\n" for body in bodies)
    with asking() as client:
        answer = client.msearch(body=lines, params={"max_concurrent_searches": len(bodies)})
    return [_found(each) for each in answer["responses"]]


def show(entry_ids: Sequence[str], text: str, languages: Collection[str] = ()) -> dict[str, Shown]:
    """What each entry shows, by its id; an entry removed in the meantime is absent."""
    if not entry_ids:
        return {}
    return {hit["_id"]: _shown(hit) for hit in _hits(queries.shown(entry_ids, text, languages))}


def vectors(document_id: UUID, run: int, limit: int) -> list[tuple[str, list[float]]]:
    """Model and vector of the first entries of a run, as many as have one."""
    query = {
        "bool": {"filter": [{"term": {"document_run": document_run(document_id, run)}}, {"exists": {"field": "model"}}]}
    }
    body = {"query": query, "size": limit, "sort": [{"ordinal": "asc"}], "_source": ["model", "vector"]}
    return [(hit["_source"]["model"], hit["_source"]["vector"]) for hit in _hits(body)]


def holds_vectors() -> bool:
    """Does any entry have a vector, so that a search by meaning finds something?"""
    return bool(_hits({"query": {"exists": {"field": "model"}}, "size": 1, "_source": False}))


def _hits(body: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        with asking() as client:
            hits: list[dict[str, Any]] = client.search(index=alias(), body=body)["hits"]["hits"]
            return hits
    except exceptions.NotFoundError:
        return []


def _found(response: dict[str, Any]) -> Found:
    if error := response.get("error"):
        if response["status"] == 404:
            return Found()
        if unavailable(response["status"]):
            raise Unavailable(f"the search server answered {response['status']}")
        raise RuntimeError(f"the search server does not understand our query: {error}")
    counts = response.get("aggregations", {"documents": {"value": 0}})
    total = counts.pop("documents")["value"]
    return Found(
        candidates=[_candidate(hit) for hit in response["hits"]["hits"]],
        total=total,
        facets={name: _facet(of["buckets"]) for name, of in counts.items()},
    )


def _candidate(hit: dict[str, Any]) -> Candidate:
    values = hit["fields"]
    return Candidate(
        entry_id=hit["_id"],
        document_id=UUID(values["document_id"][0]),
        run=values["run"][0],
        score=hit["_score"] or 0.0,
        category=values.get("category", [None])[0],
        language=values.get("language", [None])[0],
        created=values["created_at"][0],
    )


def _facet(buckets: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {str(each.get("key_as_string", each["key"])): each["documents"]["value"] for each in buckets}


def _shown(hit: dict[str, Any]) -> Shown:
    source = hit["_source"]
    return Shown(
        document_id=UUID(source["document_id"]),
        page=source.get("page"),
        heading=source.get("heading", ""),
        highlight=_highlight(hit.get("highlight", {}), source["text"]),
        filename=source["filename"],
        category=source.get("category"),
        language=source.get("language"),
        created_at=source["created_at"],
        fields=source.get("shown", {}),
    )


def _highlight(marked: dict[str, list[str]], text: str) -> str:
    """The fragment with most marks; the beginning of the text where no word matched."""
    fragments = [fragments[0] for fragments in marked.values()]
    if not fragments:
        return html.escape(text[: queries.FRAGMENT_CHARACTERS], quote=False)
    return max(fragments, key=lambda fragment: fragment.count(MARKS[0]))
