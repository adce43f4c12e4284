"""Makes what is consumed follow what is deployed, healthy and verified; every loss ends in consuming again."""

import logging
import threading
import time
from collections import deque

from pipeline.breaker import Breaker, State
from pipeline.broker import Control, Publisher, Subscriber, TopologyMismatch
from pipeline.errors import Unavailable

from . import metrics
from .configuration import Configuration
from .consumer import Consumer
from .gate import Gate
from .gateway import Gateway
from .intake import Intake
from .settle import Policy
from .topics import COMPENSATE, Function, Topics, queues_of
from .window import Window

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
VERIFY_SECONDS = 60.0
RETRY_SECONDS = 0.5


class Supervisor:
    """tick() runs on the main thread; wake() may be called from any."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        topics: Topics,
        gateway: Gateway,
        publisher: Publisher,
        control: Control,
    ) -> None:
        self._configuration, self._topics = configuration, topics
        self._gateway, self._publisher, self._control = gateway, publisher, control
        self._wake = threading.Event()
        self.subscriber = Subscriber("docstream-connector-consume", self.wake)
        self.intakes: dict[str, Intake] = {}
        self.queues: list[str] = []
        self.verified = False
        self.ticked_at = time.monotonic()
        self.transitions: deque[tuple[str, str]] = deque(maxlen=1_000)
        self._bound: dict[str, tuple[str, ...]] = {}
        self._verified_at = self._tried_at = -VERIFY_SECONDS
        self._reconnects = -1
        self._trouble = ""

    def wake(self) -> None:
        self._wake.set()

    def wait(self) -> None:
        """Until something changed, a circuit may be probed, or a second has passed."""
        now = time.monotonic()
        circuits = (intake.consumer.gate.breaker.remaining(now) for intake in self.intakes.values())
        self._wake.wait(min([TICK_SECONDS, *(each for each in circuits if each > 0)]))
        self._wake.clear()

    def tick(self) -> None:
        self.ticked_at = time.monotonic()
        functions = self._topics.functions
        if functions is None:
            return
        for function in functions.values():
            self._consumer_of(function)
        if self._stale(functions):
            self._verify(functions)
        if self.verified and self.subscriber.link.state == "open":
            for name, intake in self.intakes.items():
                self._follow(intake, functions.get(name))

    def doubt(self) -> None:
        """Something could not be published: declare everything again. From any thread."""
        self.verified = False
        self.wake()

    def pause(self, function: str, paused: bool) -> None:
        """An operator's word, from any thread; calls that run are finished."""
        self.intakes[function].paused = paused
        self.transitions.append((function, "paused" if paused else "resumed"))
        self.wake()

    def stop(self) -> None:
        """Take nothing new; calls that run are finished."""
        for intake in self.intakes.values():
            intake.consumer.stop()
            intake.follow(0)

    def _follow(self, intake: Intake, function: Function | None) -> None:
        circuit = intake.consumer.gate.breaker.state(time.monotonic())
        metrics.PAUSED.labels(intake.consumer.function).set(circuit != "closed")
        workers = function.concurrency if function else 0
        if intake.follow(intake.wanted(workers, circuit)):
            self.verified = False

    def _consumer_of(self, function: Function) -> None:
        intake = self.intakes.get(function.name)
        if intake is None:
            consumer = self._consumer(function)
            intake = self.intakes[function.name] = Intake(consumer, self.subscriber)
        intake.consumer.resize(function.concurrency)

    def _consumer(self, function: Function) -> Consumer:
        def changed(state: State) -> None:
            self.transitions.append((function.name, state))
            log.warning("circuit", extra={"action": "circuit", "function": function.name, "state": state})
            self.wake()

        own = self._configuration.policy
        endless = function.name == COMPENSATE
        return Consumer(
            function.name,
            gateway=self._gateway,
            publisher=self._publisher,
            gate=Gate(Breaker(self._configuration.breaker, on_change=changed), Window(function.concurrency)),
            policy=Policy(levels=own.levels, base=own.base, cap=own.cap, endless=True) if endless else own,
            connector=self._configuration.name,
            patience=self._configuration.patience,
            on_held=self.doubt,
        )

    def _stale(self, functions: dict[str, Function]) -> bool:
        now = time.monotonic()
        if now - self._tried_at < RETRY_SECONDS:
            return False
        due = now - self._verified_at > VERIFY_SECONDS
        reconnected = self.subscriber.link.reconnects != self._reconnects
        return due or reconnected or not self.verified or bool(queues_of(functions).items() - self._bound.items())

    def _verify(self, functions: dict[str, Function]) -> None:
        """Declare everything again: idempotent, restores what was deleted, and fails when something is different."""
        wanted = {**self._bound, **queues_of(functions)}
        reconnects = self.subscriber.link.reconnects
        self._tried_at = time.monotonic()
        try:
            self.queues = self._control.declare(wanted, self._configuration.policy.levels)
            for name, topics in wanted.items():
                if gone := set(self._bound.get(name, ())) - set(topics):
                    self._control.unbind(name, gone)
        except (Unavailable, TopologyMismatch) as error:
            self.verified = False
            if str(error) != self._trouble:
                log.error("topology not verified", extra={"action": "topology", "reason": str(error)})
            self._trouble = str(error)
            return
        self._bound, self._trouble = wanted, ""
        self.verified, self._verified_at, self._reconnects = True, time.monotonic(), reconnects
