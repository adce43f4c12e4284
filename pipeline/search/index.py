"""Write, remove and count entries behind the alias."""

import functools
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from opensearchpy import exceptions

from .. import settings
from ..errors import Unavailable
from .client import asking, unavailable
from .entry import Entry, document_run
from .mapping import PROPERTIES, index_body

SLICE = 500
"""Entries of one bulk request: about 4 MB."""
EXACT_COUNT_UP_TO = 40_000


def put(entries: Sequence[Entry], *, into: str | None = None) -> None:
    """Write entries and wait until a search finds them; the same entries again change nothing.

    into names an index other than the one behind the alias. Raises Unavailable.
    """
    ensure()
    for start in range(0, len(entries), SLICE):
        _bulk(entries[start : start + SLICE], into)


def count(document_id: UUID, run: int, *, of: str | None = None) -> int:
    """How many entries of this run a search could find; one that stands in two indexes during a rebuild counts once.

    of names an index other than those behind the alias.
    """
    body = {
        "size": 0,
        "query": {"term": {"document_run": document_run(document_id, run)}},
        "aggs": {"entries": {"cardinality": {"field": "ordinal", "precision_threshold": EXACT_COUNT_UP_TO}}},
    }
    try:
        with asking() as client:
            return int(client.search(index=of or alias(), body=body)["aggregations"]["entries"]["value"])
    except exceptions.NotFoundError:
        return 0


def remove_run(document_id: UUID, run: int) -> None:
    """Remove the entries of one run; none is fine. Raises Unavailable."""
    _remove({"term": {"document_run": document_run(document_id, run)}})


def remove_other_runs(document_id: UUID, keep: int) -> None:
    """Remove the entries of every run before this one: a later one may be on its way."""
    _remove({"bool": {"filter": [_document(document_id), {"range": {"run": {"lt": keep}}}]}})


def remove_document(document_id: UUID) -> None:
    """Remove the entries of all runs."""
    _remove(_document(document_id))


def runs_after(after: str | None, limit: int, *, of: str | None = None) -> list[str]:
    """The next `<document_id>.<run>` present, in order: what a sweeper compares with the documents.

    of names an index other than those behind the alias.
    """
    source = {"composite": {"size": limit, "sources": [{"of": {"terms": {"field": "document_run"}}}]}}
    if after is not None:
        source["composite"]["after"] = {"of": after}
    try:
        with asking() as client:
            answer = client.search(index=of or alias(), body={"size": 0, "aggs": {"runs": source}})
    except exceptions.NotFoundError:
        return []
    return [bucket["key"]["of"] for bucket in answer["aggregations"]["runs"]["buckets"]]


def alias() -> str:
    return settings.search_server().index


def ensure() -> None:
    """Create the first index and its alias where there is none yet; an older one learns the fields that came since."""
    _ensured(alias())


@functools.cache
def _ensured(name: str) -> None:
    with asking() as client:
        if not client.indices.exists_alias(name=name):
            create(f"{name}-v1", aliases={name: {"is_write_index": True}})
            return
        for index, told in client.indices.get_mapping(index=name).items():
            known = told["mappings"]["properties"]
            missing = {each: PROPERTIES[each] for each in PROPERTIES if each not in known}
            if missing:
                client.indices.put_mapping(index=index, body={"properties": missing})


def create(index: str, *, aliases: dict[str, Any]) -> None:
    """Create an index with our mapping; somebody else having done so at the same moment is fine."""
    server = settings.search_server()
    body = index_body(shards=server.shards, replicas=server.replicas) | {"aliases": aliases}
    try:
        with asking() as client:
            client.indices.create(index=index, body=body)
    except exceptions.RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise


def _bulk(entries: Sequence[Entry], into: str | None) -> None:
    lines: list[str] = []
    for entry in entries:
        lines += [json.dumps({"index": {"_id": entry.id}}), json.dumps(entry.source(), ensure_ascii=False)]
    # An alias that is gone must be an error: a write would else create an index without our mapping.
    params = {"refresh": settings.search_server().refresh, "require_alias": "false" if into else "true"}
    try:
        with asking() as client:
            answer = client.bulk(body="\n".join(lines) + "\n", index=into or alias(), params=params)
    except exceptions.NotFoundError as error:
        _ensured.cache_clear()
        raise Unavailable("the search index is gone; it is made anew at the next try", retry_after=1) from error
    if answer["errors"]:
        _explain([item["index"] for item in answer["items"] if item["index"]["status"] >= 300])


def _explain(failures: Sequence[dict[str, Any]]) -> None:
    first = failures[0]
    if any(each["status"] == 404 for each in failures):
        _ensured.cache_clear()
        raise Unavailable("the search index is gone; it is made anew at the next try", retry_after=1)
    if all(unavailable(each["status"]) for each in failures):
        raise Unavailable(f"the search server refused {len(failures)} entries: {first['error']['type']}")
    raise RuntimeError(f"the search index does not take {first['_id']}: {first['error']}")


def _document(document_id: UUID) -> dict[str, Any]:
    return {"term": {"document_id": str(document_id)}}


def _remove(query: dict[str, Any]) -> None:
    params = {"refresh": "true", "conflicts": "proceed"}
    try:
        with asking() as client:
            answer = client.delete_by_query(index=alias(), body={"query": query}, params=params)
    except exceptions.NotFoundError:
        return
    if answer["failures"] or answer["version_conflicts"]:
        raise Unavailable("the search server could not remove every entry; it is tried again", retry_after=1)
