"""GET /search and /documents/{id}/similar: one hit per document, of its searchable run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import embeddings
from pipeline.auth import authenticate
from pipeline.embeddings import ModelMissing
from pipeline.parameters import refused
from pipeline.search import ask, index, queries
from pipeline.search.entry import document_run
from pipeline.search.filters import Filters

from . import ranking, read, shapes
from .conditional import tagged
from .counting import Counts, counted, of_candidates
from .filters import FIELD, filters_of
from .parameters import Parameters, cursor, invalid_cursor

MODES = ("hybrid", "keyword", "semantic")
FACETS = ("category", "language", "created")
MOST_HITS = 100
"""On one page."""
WINDOW = 1_000
"""Hits that can be paged through."""
FIRST_CHUNKS = 12
"""Of a document stand for what it is about."""
CANDIDATES = 100
"""Documents, and chunks near in meaning, looked at for the first pages."""
SPARE = 20
"""More than asked for: some may be of a run that is over."""

NO_MODEL = {"code": "embedding-missing", "message": "no embedding model is installed: searched by keyword only"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    mode: str
    ranked: Sequence[ranking.Ranked]
    counts: Counts
    warnings: Sequence[dict[str, str]] = ()


def search(request: Request) -> Response:
    caller = authenticate(request, "read")
    allowed = ["q", "mode", "category", "language", "created", "from", "cursor", "limit"]
    given = Parameters(request.query_params, allowed=allowed, prefixes=[FIELD])
    text = given.text("q") or ""
    mode = given.choice("mode", MODES, "hybrid")
    limit = given.number("limit", least=1, most=MOST_HITS, default=10)
    start = started(given)
    if start + limit > WINDOW:
        raise refused(f"from + limit is {start + limit}, at most the first {WINDOW} hits can be seen")
    found = answer(text, mode, filters_of(given, caller.tenant), start + limit)
    page = found.ranked[start : start + limit]
    more = len(found.ranked) > start + limit and start + limit < WINDOW
    return JSONResponse(
        {
            "mode": found.mode,
            "total": found.counts.total,
            "total_is": found.counts.relation,
            "hits": hits(page, text),
            "facets": shapes.facets(found.counts.facets),
            "next_cursor": cursor({"from": start + limit}) if more else None,
            "warnings": list(found.warnings),
        }
    )


def similar(request: Request) -> Response:
    """Documents near in meaning to the beginning of this one; by its words where there is no vector."""
    caller = authenticate(request, "read")
    given = Parameters(request.query_params, allowed=["limit"])
    limit = given.number("limit", least=1, most=MOST_HITS, default=10)
    document = read.document(request.path_params["id"], caller.tenant)
    run = document.searchable_run or 0
    filters = Filters(tenant=caller.tenant, without=document.id)
    vectors = ask.vectors(document.id, run, FIRST_CHUNKS)
    if vectors:
        body = queries.like_vectors(vectors, filters, CANDIDATES)
    else:
        body = queries.like_text(index.alias(), f"{document_run(document.id, run)}.0", filters, CANDIDATES)
    (found,) = ask.candidates(body)
    ranked = ranking.alone(checked(found.candidates, caller.tenant))
    mode = "semantic" if vectors else "keyword"
    return tagged(request, {"document_id": str(document.id), "mode": mode, "hits": hits(ranked[:limit], "")})


def answer(text: str, mode: str, filters: Filters, wanted: int) -> Answer:
    """Search by what there is: without an embedding model, by keyword; without a text, everything, newest first."""
    if not text or mode == "keyword":
        return by_keyword(text, filters, wanted)
    asked = vector(text)
    if asked is None:
        return replace(by_keyword(text, filters, wanted), warnings=[NO_MODEL])
    size = CANDIDATES if wanted < CANDIDATES * 3 // 4 else WINDOW + SPARE
    meaning = queries.by_meaning(asked, embeddings.model_name(), filters, size)
    if mode == "semantic":
        (found,) = ask.candidates(meaning)
        nearest, complete = near(found, filters.tenant, size)
        return Answer(mode=mode, ranked=ranking.alone(nearest), counts=of_candidates(nearest, complete=complete))
    *words, found = ask.candidates(*keyword(text, filters, size), meaning)
    matched = with_numbers(*words)
    matching = checked(matched.candidates, filters.tenant)
    nearest, complete = near(found, filters.tenant, size)
    both = ranking.first_of_each([*matching, *nearest])
    counts = counted(matched, both, meaning=True, complete=complete)
    return Answer(mode=mode, ranked=ranking.fused(matching, nearest), counts=counts)


def by_keyword(text: str, filters: Filters, wanted: int) -> Answer:
    found = with_numbers(*ask.candidates(*keyword(text, filters, wanted + SPARE)))
    matching = checked(found.candidates, filters.tenant)
    return Answer(mode="keyword", ranked=ranking.alone(matching), counts=counted(found, matching))


def keyword(text: str, filters: Filters, size: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the words find, and how much that is: two searches, so that each has a core of its own."""
    return queries.by_keyword(text, filters, size), queries.counting(text, filters, FACETS)


def with_numbers(found: ask.Found, numbers: ask.Found) -> ask.Found:
    return replace(numbers, candidates=found.candidates)


def near(found: ask.Found, tenant: str, size: int) -> tuple[list[ask.Candidate], bool]:
    """The documents near in meaning, and whether that is all of them: the last of so many entries is not near."""
    nearest = ranking.near(checked(found.candidates, tenant))
    farthest = found.candidates[-1:]
    ends = bool(nearest) and len(ranking.near([nearest[0], *farthest])) < 2
    return nearest, len(found.candidates) < size or ends


def checked(candidates: Sequence[ask.Candidate], tenant: str) -> list[ask.Candidate]:
    """Entries of a run that is over, failed or deleted may still be in the index: the database knows."""
    return ranking.valid(candidates, read.searchable_runs({each.document_id for each in candidates}, tenant))


def vector(text: str) -> list[float] | None:
    """None where there is no embedding model, or not the one expected."""
    try:
        values: list[float] = embeddings.embed([text])[0].tolist()
    except ModelMissing:
        return None
    return values


def hits(ranked: Sequence[ranking.Ranked], text: str) -> list[dict[str, Any]]:
    languages = {each.language for each in ranked if each.language}
    shown = ask.show([each.entry_id for each in ranked], text, languages)
    return [shapes.hit(each, shown[each.entry_id]) for each in ranked if each.entry_id in shown]


def started(given: Parameters) -> int:
    """Where the page begins: `from`, or what next_cursor said."""
    content = given.cursor()
    start = given.number("from", least=0, most=WINDOW - 1, default=0)
    if content is None:
        return start
    if not isinstance(content, dict) or not isinstance(content.get("from"), int) or not 0 <= content["from"] < WINDOW:
        raise invalid_cursor()
    return int(content["from"])
