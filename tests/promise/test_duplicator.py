"""Every message twice and out of order, one call in ten failing: the same documents, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.promise.checker import check
from tests.promise.client import mail, text
from tests.promise.rig import Rig
from tests.promise.sweep import Sweep

ROUNDS = 4
DOCUMENTS = 16


@pytest.mark.timeout(600)
def test_row_39_every_event_twice_and_shuffled_changes_nothing(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    sweep, before = Sweep(rig), rig.actions("repeated")
    with rig.plan.with_faults(twice="on", failing="0.1"):
        for _ in range(ROUNDS):
            sweep.work()
        with ThreadPoolExecutor(8) as pool:
            contents = [
                (mail(), "news.eml") if number % 4 == 0 else (text(), "notes.txt") for number in range(DOCUMENTS)
            ]
            list(pool.map(lambda each: rig.client.upload(*each), contents))
        assert rig.comes_to_rest(within=180) == {}
    absorbed = rig.actions("repeated") - before
    with capsys.disabled():
        print(f"\nduplicator: {absorbed} duplicates absorbed")
    assert absorbed > 0
    assert check(rig.evidence()) == []
