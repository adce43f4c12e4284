"""Steady faults of every kind, one after the other, until told to stop."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from local.server import Server
from tests.promise.faults import COUNTED
from tests.promise.network import Proxy
from tests.promise.rig import Rig
from tests.promise.victims import Victims

FUNCTIONS = ("upload", "classify", "extract", "index", "notify", "query", "manage", "compensate")
PAUSE_SECONDS = (1.0, 3.0)
SERVICE_EVERY_SECONDS = 8.0
AWAY_SECONDS = (0.0, 3.0)
NETWORK_SECONDS = 3.0


class Faulty:
    """Runs beside the work, from entering to leaving; whatever is down then is started again."""

    def __init__(self, rig: Rig, victims: Victims, seed: int) -> None:
        self._rig, self._victims = rig, victims
        self._injected: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._small, args=[random.Random(seed)], daemon=True),
            threading.Thread(target=self._large, args=[random.Random(seed + 1)], daemon=True),
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def injected(self) -> Counter[str]:
        """How often, by kind; those of the processes themselves included."""
        return self._injected + Counter({what: self._rig.plan.passes(what) for what in COUNTED})

    def _small(self, chance: random.Random) -> None:
        """Round after round in another order, so that no kind is left out."""
        kinds = [self._function, self._function, self._connector, self._cut, self._slow, self._silent]
        left: list[Callable[[random.Random], str]] = []
        while not self._stopping.wait(chance.uniform(*PAUSE_SECONDS)):
            left = left or chance.sample(kinds, len(kinds))
            self._injected[left.pop()(chance)] += 1

    def _large(self, chance: random.Random) -> None:
        """Each service in turn, first killed, then restarted."""
        ends: dict[str, Callable[[Server], None]] = {"kill -9": Server.kill, "restart": Server.stop}
        turns = [(name, what) for what in ends for name in self._victims.services]
        while not self._stopping.wait(SERVICE_EVERY_SECONDS):
            name, what = turns[0]
            turns = [*turns[1:], turns[0]]
            with self._victims.away(name, ends[what]):
                self._stopping.wait(chance.uniform(*AWAY_SECONDS))
            self._injected[f"{what} {name}"] += 1

    def _function(self, chance: random.Random) -> str:
        for pid in self._rig.pids(chance.choice(FUNCTIONS)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return "kill -9 function"

    def _connector(self, _: random.Random) -> str:
        self._rig.connector.kill()
        return "kill -9 connector"

    def _cut(self, chance: random.Random) -> str:
        self._proxy(chance).cut()
        return "connections cut"

    def _slow(self, chance: random.Random) -> str:
        proxy = self._proxy(chance)
        proxy.latency, proxy.piece = 0.05, 512
        self._stopping.wait(NETWORK_SECONDS)
        proxy.heal()
        return "network slow, in pieces"

    def _silent(self, chance: random.Random) -> str:
        proxy = self._proxy(chance)
        proxy.silence()
        self._stopping.wait(NETWORK_SECONDS)
        proxy.heal()
        return "network black hole"

    def _proxy(self, chance: random.Random) -> Proxy:
        return chance.choice(list(self._victims.proxies.values()))
