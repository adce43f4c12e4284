"""The crash sweep: round after round, one kill -9 in each process at once, at the next place of its list."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pipeline.database import fetch
from tests.promise.client import broken, mail, text
from tests.promise.points import POINTS, companion, places
from tests.promise.rig import Rig

MAIL_EVERY = 5
REST_SECONDS = 90.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """At the n-th pass from the beginning of its round on."""

    place: str
    nth: int = 1

    @property
    def process(self) -> str:
        return self.place.partition(".")[0]


@dataclass
class Report:
    """What happened in a sweep: places that were reached, those that were not, rounds that did not come to rest."""

    fired: list[Kill] = field(default_factory=list)
    missed: list[Kill] = field(default_factory=list)
    stuck: list[tuple[Sequence[Kill], Mapping[str, object]]] = field(default_factory=list)


def kills(passes: Mapping[str, int] | None = None) -> dict[str, list[Kill]]:
    """For each process every place, as often as one document passes it, or as often as was counted."""
    return {
        process: [
            Kill(place=place, nth=nth)
            for place, times in places(process)
            for nth in range(1, (times if passes is None else max(1, passes.get(place, 1))) + 1)
        ]
        for process in POINTS
    }


def rounds(lists: Mapping[str, Sequence[Kill]]) -> Iterator[list[Kill]]:
    """One kill of each process; where a kill needs something else to go wrong, that process is spared meanwhile."""
    waiting = {process: list(each) for process, each in lists.items()}
    while any(waiting.values()):
        chosen = {process: each.pop(0) for process, each in waiting.items() if each}
        for kill in list(chosen.values()):
            helper = companion(kill.place)
            spared = helper[0].partition(".")[0] if helper else ""
            if kill.process in chosen and spared in chosen:
                waiting[spared].insert(0, chosen.pop(spared))
        yield list(chosen.values())


class Sweep:
    """Each round uploads, deletes, reprocesses and replays while the processes die."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.client = rig.client
        self.report = Report()
        self._number = 0
        self._texts: list[str] = []
        self._broken: list[str] = []

    def run(self, chosen: Sequence[Kill]) -> None:
        """One round: order, work, come to rest."""
        orders = [(kill.place, "kill", kill.nth) for kill in chosen]
        orders += [(*helper, 1) for kill in chosen if (helper := companion(kill.place))]
        for place, action, nth in orders:
            self.rig.plan.order(place, action, nth=nth)
        self.work(rebuilding=any("rebuild" in kill.place for kill in chosen))
        left = self.rig.comes_to_rest(REST_SECONDS)
        if left:
            self.report.stuck.append((chosen, left))
        for kill in chosen:
            (self.report.fired if self.rig.plan.fired(kill.place) else self.report.missed).append(kill)
        for place, _, _ in orders:
            self.rig.plan.cancel(place)

    def work(self, *, rebuilding: bool = False) -> None:
        """Everything a client can ask for, all at once, of this round's documents and of those before."""
        with ThreadPoolExecutor(8) as pool:
            new = pool.submit(self.client.upload, text(), "notes.txt")
            bad = pool.submit(self.client.upload, broken(), "broken.pdf")
            others: list[Future[object]] = []
            if self._number % MAIL_EVERY == 0:
                others.append(pool.submit(self.client.upload, mail(), "news.eml"))
            if self._broken:
                others.append(pool.submit(self._replay, self._broken[-1]))
            if self._texts:
                stage = ("index", "extract", "classify")[self._number % 3]
                others.append(pool.submit(self.client.reprocess, self._texts[-1], stage))
            if rebuilding:
                others.append(pool.submit(self.client.rebuild))
            if len(self._texts) > 1:
                others.append(pool.submit(self.client.delete, self._texts.pop(0)))
            for each in others:
                each.result()
        self._number += 1
        self._texts += [identity for identity in [new.result()] if identity]
        self._broken += [identity for identity in [bad.result()] if identity]

    def _replay(self, document_id: str) -> None:
        letters = "SELECT id FROM dead_letters WHERE document_id = %(id)s::uuid AND resolved_at IS NULL"
        for row in fetch(letters, {"id": document_id}):
            self.client.replay(str(row["id"]), document_id)
