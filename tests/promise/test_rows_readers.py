"""Rows 42 and 43 of the fault matrix: the live feed and the index rebuild are killed again and again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.promise.checker import check
from tests.promise.client import text
from tests.promise.evidence import indexed_entries
from tests.promise.rig import Rig


def test_row_42_a_feed_killed_between_any_two_events_goes_on_without_gap_or_repetition(rig: Rig) -> None:
    place = "notify.hand-out.before"
    for nth in (1, 2, 3, 4):
        rig.plan.order(place, nth=nth)
        while not rig.plan.fired(place):
            rig.client.upload(text(), "notes.txt")
            assert rig.comes_to_rest() == {}
    assert check(rig.evidence()) == []


@pytest.mark.timeout(300)
def test_row_43_a_rebuild_killed_at_any_step_and_done_twice_at_once_is_the_same_index(rig: Rig) -> None:
    for _ in range(3):
        rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    live = {name: entry.digest for name, entry in indexed_entries().items()}
    for step in ("keep.after", "join.before", "join.after", "retire.before"):
        rig.plan.order(f"index.rebuild-{step}")
        rig.client.rebuild()
        assert rig.plan.fired(f"index.rebuild-{step}")
        assert {name: entry.digest for name, entry in indexed_entries().items()} == live
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: rig.client.rebuild(), range(2)))
    assert {name: entry.digest for name, entry in indexed_entries().items()} == live
    assert check(rig.evidence()) == []
