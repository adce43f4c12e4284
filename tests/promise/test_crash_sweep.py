"""kill -9 at every step of every process: nothing is lost, nothing happens twice, nothing waits for ever."""

import pytest

from tests.promise.checker import check
from tests.promise.rig import Rig
from tests.promise.sweep import Sweep, kills, rounds


@pytest.mark.timeout(900)
def test_a_crash_at_any_step_of_any_process_loses_and_doubles_nothing(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(rig)
    for chosen in [[], [], *rounds(kills())]:
        sweep.run(chosen)
    evidence = rig.evidence()
    with capsys.disabled():
        print(f"\ncrash sweep: {len(sweep.report.fired)} kills, {len(evidence.documents)} documents")
    assert sweep.report.stuck == []
    assert sweep.report.missed == []
    assert check(evidence) == []
