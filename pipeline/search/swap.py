"""A new index takes the place of the one behind the alias, while searches and writes go on.

begin    <alias>-v<n+1> is created beside the index in use and filled; how far that is stands in its mapping
join     the alias means both: writes go to the new one, searches read both, entries are found once
copy     what the stages wrote to the old one meanwhile
retire   the old one goes
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .client import asking
from .index import alias, create, ensure, runs_after

PAGE = 1_000
COPIED_TOGETHER = 100
"""Runs whose entries are copied in one request."""


def in_use() -> list[str]:
    """The indexes behind the alias, oldest first: one, or two while a rebuild ends."""
    ensure()
    with asking() as client:
        return sorted(client.indices.get_alias(name=alias()), key=version)


def begin() -> str:
    """The index that is being built: one that an interrupted rebuild left, or a new one."""
    used = in_use()
    with asking() as client:
        present: list[str] = sorted(client.indices.get(index=f"{alias()}-v*"), key=version)
    if len(used) > 1 or present[-1] not in used:
        return present[-1]
    name = f"{alias()}-v{version(used[-1]) + 1}"
    create(name, aliases={})
    return name


def version(index: str) -> int:
    found = re.search(r"-v(\d+)$", index)
    return int(found[1]) if found else 0


def place(index: str) -> str | None:
    """The last document that is in the index being built."""
    with asking() as client:
        mapping: dict[str, Any] = client.indices.get_mapping(index=index)[index]["mappings"]
    after: str | None = mapping.get("_meta", {}).get("after")
    return after


def keep_place(index: str, after: str) -> None:
    with asking() as client:
        client.indices.put_mapping(index=index, body={"_meta": {"after": after}})


def join(new: str) -> None:
    """From now on the alias means the new index too, and writes go there; once more changes nothing."""
    writes = [{"add": {"index": each, "alias": alias(), "is_write_index": each == new}} for each in {*in_use(), new}]
    with asking() as client:
        client.indices.update_aliases(body={"actions": writes})


def missing(old: str, new: str) -> Iterator[list[str]]:
    """The runs that only the old index holds, in pages."""
    after: str | None = None
    while runs := runs_after(after, PAGE, of=old):
        present = present_of(new, runs)
        yield [run for run in runs if run not in present]
        after = runs[-1]


def present_of(index: str, runs: Sequence[str]) -> set[str]:
    counts = {"runs": {"terms": {"field": "document_run", "size": len(runs)}}}
    body = {"size": 0, "query": {"terms": {"document_run": list(runs)}}, "aggs": counts}
    with asking() as client:
        buckets = client.search(index=index, body=body)["aggregations"]["runs"]["buckets"]
    return {bucket["key"] for bucket in buckets}


def copy(old: str, new: str, runs: Sequence[str]) -> None:
    """Entries that are in the new index already stay as they are."""
    for start in range(0, len(runs), COPIED_TOGETHER):
        chosen = {"terms": {"document_run": list(runs[start : start + COPIED_TOGETHER])}}
        body = {
            "conflicts": "proceed",
            "source": {"index": old, "query": chosen},
            "dest": {"index": new, "op_type": "create"},
        }
        with asking() as client:
            client.reindex(body=body, params={"refresh": "true"})


def retire(old: str) -> None:
    """The alias leaves the old index and the index goes, in one step."""
    with asking() as client:
        client.indices.update_aliases(body={"actions": [{"remove_index": {"index": old}}]})
