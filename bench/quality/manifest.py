"""A labelled folder: manifest.jsonl, one document a line; and a file of queries with what answers them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

MANIFEST = "manifest.jsonl"
UNSCORED = frozenset({"type_code"})

Half = Literal["development", "unseen"]
HALVES: tuple[Half, Half] = ("development", "unseen")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One document and what a person says of it; file is relative to the parent of the labelled folder."""

    file: str
    category: str
    group: str
    scanned: bool = False
    fields: Mapping[str, Any]

    @property
    def half(self) -> Half:
        return half_of(self.group)


@dataclass(frozen=True, kw_only=True)
class Query:
    """relevant holds the files that answer it."""

    id: str
    text: str
    kind: str
    relevant: frozenset[str]

    @property
    def half(self) -> Half:
        return half_of(self.id)


def half_of(group: str) -> Half:
    """By a hash of what belongs together, so that variants of one document are in one half, whatever their order."""
    return HALVES[int(hashlib.sha256(group.encode()).hexdigest(), 16) % 2]


def labelled(folder: Path) -> list[Labelled]:
    """The documents of a folder. Raises FileNotFoundError without a manifest, KeyError for a line without labels."""
    return [
        Labelled(
            file=row["file"],
            category=row["category"],
            group=row.get("dup_group") or row.get("sha256") or row["file"],
            scanned=bool(row.get("scanned")),
            fields={name: value for name, value in row.get("fields", {}).items() if name not in UNSCORED},
        )
        for row in _rows(folder / MANIFEST)
    ]


def queries(file: Path) -> list[Query]:
    return [
        Query(id=row["id"], text=row["query"], kind=row.get("kind", ""), relevant=frozenset(row["relevant"]))
        for row in _rows(file)
    ]


def _rows(file: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
