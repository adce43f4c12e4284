"""What a crash left behind outside the database: which objects and search entries belong to nothing; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline.model import TERMINAL, State

KEY = re.compile(r"[^/]+/(?P<document>[0-9a-f-]{36})/(?:original|run-(?P<run>\d+)/.+)")
RUN_IN_KEY = re.compile(r"/run-(\d+)/")
FEW = 20
ENTRY = re.compile(r"(?P<document>[0-9a-f-]{36})\.(?P<run>\d+)")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The row of a document; used is the text of every key it names."""

    state: State
    run: int
    searchable_run: int | None
    used: str

    @property
    def kept_runs(self) -> set[int]:
        """The live run, the one a search shows, and earlier ones whose objects a later run goes on using."""
        live = set() if self.state in ("failed", "deleted") else {self.run}
        shown = set() if self.searchable_run is None else {self.searchable_run}
        return live | shown | {int(run) for run in RUN_IN_KEY.findall(self.used)}


def document_of(key: str) -> UUID | None:
    """The document of an object key or of a search entry's run; None for what has another shape: leave it alone."""
    match = KEY.fullmatch(key) or ENTRY.fullmatch(key)
    try:
        return UUID(match["document"]) if match else None
    except ValueError:
        return None


def orphaned_objects(keys: Sequence[str], owners: Mapping[UUID, Owner]) -> list[str]:
    """Keys without a document, and those of runs that nothing needs; a document at work is left alone."""
    orphaned = []
    for key in keys:
        match, document = KEY.fullmatch(key), document_of(key)
        if match and document and not belongs(owners.get(document), match["run"]):
            orphaned.append(key)
    return orphaned


def belongs(owner: Owner | None, run: str | None) -> bool:
    """run is None for the original."""
    if owner is None or owner.state == "deleted":
        return False
    return run is None or owner.state not in TERMINAL or int(run) in owner.kept_runs


def looks_foreign(keys: Sequence[str], owners: Mapping[UUID, Owner]) -> bool:
    """Most documents of this page are unknown: rather the wrong database or an old backup than so many crashes."""
    documents = {document_of(key) for key in keys} - {None}
    unknown = documents - owners.keys()
    return len(unknown) >= FEW and 2 * len(unknown) > len(documents)


def orphaned_runs(entries: Sequence[str], owners: Mapping[UUID, Owner]) -> list[tuple[UUID, int]]:
    """Runs in the search index that are neither live nor searchable; entries are `<document>.<run>`.

    Entries are written long after their row, so one without a row is of another database: leave it alone.
    """
    orphaned = []
    for entry in entries:
        match, document = ENTRY.fullmatch(entry), document_of(entry)
        owner = owners.get(document) if document else None
        if match is None or document is None or owner is None:
            continue
        run = int(match["run"])
        live = owner.run == run and owner.state not in ("failed", "deleted")
        if not live and run != owner.searchable_run:
            orphaned.append((document, run))
    return orphaned
