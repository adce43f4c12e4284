from typing import Any
from uuid import UUID, uuid4

import pytest

from connector.orphans import Owner, document_of, looks_foreign, orphaned_objects, orphaned_runs

DOCUMENT = UUID("6f1c9a52-6f0e-4a52-9b0c-1d6f3f2a9c11")


def key(name: str, document: UUID = DOCUMENT) -> str:
    return f"default/{document}/{name}"


def owner(**changes: Any) -> Owner:
    values: dict[str, Any] = {"state": "indexed", "run": 3, "searchable_run": 3, "used": ""}
    return Owner(**(values | changes))


def removed(owner: Owner | None, *names: str) -> list[str]:
    owners = {} if owner is None else {DOCUMENT: owner}
    keys = [key(name) for name in names]
    return [each.removeprefix(key("")) for each in orphaned_objects(keys, owners)]


ALL = ("original", "run-1/text.md", "run-2/text.md", "run-3/ranges/1-20.json")


def test_objects_without_a_document_are_orphans() -> None:
    assert removed(None, *ALL) == list(ALL)


def test_earlier_runs_are_orphans_once_a_later_one_is_indexed() -> None:
    assert removed(owner(), *ALL) == ["run-1/text.md", "run-2/text.md"]


def test_nothing_is_taken_from_a_document_at_work() -> None:
    assert removed(owner(state="classified"), *ALL) == []


def test_a_run_whose_objects_are_still_used_is_kept() -> None:
    assert removed(owner(used=key("run-1/text.md")), *ALL) == ["run-2/text.md"]


def test_a_failed_run_loses_its_objects_but_not_the_one_a_search_shows() -> None:
    assert removed(owner(state="failed", searchable_run=2), *ALL) == ["run-1/text.md", "run-3/ranges/1-20.json"]


def test_a_deleted_document_keeps_nothing() -> None:
    assert removed(owner(state="deleted", searchable_run=None, used=key("run-1/text.md")), *ALL) == list(ALL)


@pytest.mark.parametrize("name", ["default/models/1/model.npz", "a", "default/x/original", f"{DOCUMENT}/original"])
def test_what_has_another_shape_is_left_alone(name: str) -> None:
    assert document_of(name) is None
    assert orphaned_objects([name], {}) == []


def test_a_bucket_full_of_strangers_raises_suspicion() -> None:
    strangers = [key("original", uuid4()) for _ in range(20)]
    assert looks_foreign(strangers, {})
    assert not looks_foreign(strangers[:19], {})
    known = {uuid4(): owner() for _ in range(21)}
    assert not looks_foreign([*strangers, *(key("original", each) for each in known)], known)


@pytest.mark.parametrize(
    ("row", "runs"),
    [
        (owner(), [1, 2]),
        (owner(state="extracted", searchable_run=2), [1]),
        (owner(state="failed", searchable_run=2), [1, 3]),
        (owner(state="deleted", searchable_run=None), [1, 2, 3]),
    ],
)
def test_only_the_live_and_the_searchable_run_stay_in_the_index(row: Owner, runs: list[int]) -> None:
    entries = [f"{DOCUMENT}.{run}" for run in (1, 2, 3)]
    assert orphaned_runs(entries, {DOCUMENT: row}) == [(DOCUMENT, run) for run in runs]


def test_entries_without_a_row_are_left_alone() -> None:
    assert orphaned_runs([f"{DOCUMENT}.1", "nonsense"], {}) == []
