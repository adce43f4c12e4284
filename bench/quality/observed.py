"""What the product answered: kept in a file, so that it can be scored again without uploading again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Document:
    """What became of one file; code: why it failed, was refused or did not end. fields are as the API gives them."""

    state: str
    code: str | None = None
    category: str | None = None
    confidence: float | None = None
    method: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    warnings: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Documents by file; rankings by query and mode, as files, best first."""

    documents: Mapping[str, Document]
    rankings: Mapping[str, Mapping[str, Sequence[str]]]


def kept(observed: Observed, file: Path) -> None:
    file.write_text(json.dumps(asdict(observed), ensure_ascii=False), encoding="utf-8")


def read(file: Path) -> Observed:
    content = json.loads(file.read_text(encoding="utf-8"))
    documents = {name: Document(**each) for name, each in content["documents"].items()}
    return Observed(documents=documents, rankings=content["rankings"])
