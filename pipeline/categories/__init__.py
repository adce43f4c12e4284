"""The categories a document can have: one folder each, and nothing else lists them.

A folder holds category.toml (definition, cues, evidence), fields.schema.json (JSON Schema of its fields) and
examples/*.txt (texts the light model learns from). The folder's name is the category's. Adding a folder adds a
category.
"""

import functools
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
OTHER = "other"
"""What a document is that fits no category; every set of categories has it."""

_FLAGS = re.IGNORECASE | re.MULTILINE


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A regular expression that speaks for a category, and how loudly (0.5 to 4)."""

    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class TieBreak:
    """Where this category and `against` lead together, a match decides for this one."""

    against: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, kw_only=True)
class Category:
    """prior is the score without any cue; decisive and evidence name facts of functions/classify/evidence.py."""

    name: str
    definition: str
    prior: float
    decisive: frozenset[str]
    evidence: Mapping[str, float]
    cues: tuple[Cue, ...]
    tie_breaks: tuple[TieBreak, ...]
    fields: Mapping[str, Any]
    folder: Path

    def examples(self) -> tuple[str, ...]:
        """The texts the light model learns this category from, by file name."""
        return tuple(path.read_text("utf-8") for path in sorted((self.folder / "examples").glob("*.txt")))


@functools.cache
def load(folder: Path = FOLDER) -> tuple[Category, ...]:
    """All categories of a folder, by name; raises ValueError naming the folder of one that cannot be read."""
    found = tuple(_category(path.parent) for path in sorted(folder.glob("*/category.toml")))
    if OTHER not in {category.name for category in found}:
        raise ValueError(f"{folder} has no category {OTHER}")
    return found


def named(name: str, folder: Path = FOLDER) -> Category:
    """One category; a name that is not (or no longer) a folder is read as `other`."""
    known = {category.name: category for category in load(folder)}
    return known.get(name, known[OTHER])


def _category(folder: Path) -> Category:
    try:
        told = tomllib.loads((folder / "category.toml").read_text("utf-8"))
        return Category(
            name=folder.name,
            definition=told["definition"],
            prior=float(told.get("prior", 0)),
            decisive=frozenset(told.get("decisive", ())),
            evidence={fact: float(weight) for fact, weight in told.get("evidence", {}).items()},
            cues=tuple(Cue(weight=float(weight), pattern=_pattern(cue)) for weight, cue in told.get("cues", ())),
            tie_breaks=tuple(
                TieBreak(against=tie["against"], pattern=_pattern(tie["cue"])) for tie in told.get("tie_breaks", ())
            ),
            fields=json.loads((folder / "fields.schema.json").read_text("utf-8")),
            folder=folder,
        )
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise ValueError(f"category {folder.name}: {error}") from error


def _pattern(cue: str) -> re.Pattern[str]:
    return re.compile(cue, _FLAGS)
