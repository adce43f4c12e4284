"""The workers of one function: delivery -> call -> settle. Acknowledged only after what follows is confirmed."""

import functools
import logging
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pipeline.auth import signed_headers
from pipeline.broker import PARKING_QUEUE, Delivery, Message, NotPublished, Publisher, Subscription, delay_exchange

from . import metrics
from .dead_letters import dead_letter_message
from .gate import Gate
from .gateway import Gateway
from .outcome import HANDLER_FAILED, Outcome, outcome
from .pace import Pace
from .request import Request, prepare
from .settle import Ack, DeadLetter, Policy, Retry, Settlement, settle
from .topics import COMPENSATE

log = logging.getLogger(__name__)

CONFIRM_SECONDS = 5.0
HOLD_SECONDS = (0.2, 5.0)


class Consumer:
    """As many threads as workers; the broker's prefetch and the gate decide how many of them work.

    handled counts settled messages since the start, failed those among them that were retried or given up.
    """

    def __init__(
        self,
        function: str,
        *,
        gateway: Gateway,
        publisher: Publisher,
        gate: Gate,
        policy: Policy,
        connector: str,
        patience: timedelta,
        on_held: Callable[[], None],
    ) -> None:
        self.function, self.gate, self.pace = function, gate, Pace()
        self.handled = self.failed = 0
        self._gateway, self._publisher, self._policy, self._on_held = gateway, publisher, policy, on_held
        self._prepare = functools.partial(prepare, connector=connector, patience=patience)
        self._queue: queue.SimpleQueue[Delivery | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._outstanding: Counter[Subscription] = Counter()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def resize(self, workers: int) -> None:
        """More threads when needed; fewer calls by the gate, since a thread that waits costs nothing."""
        self.gate.resize(workers)
        while len(self._threads) < workers:
            name = f"{self.function}-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def deliver(self, delivery: Delivery) -> None:
        """Runs on the I/O thread."""
        with self._lock:
            self._outstanding[delivery.subscription] += 1
        self._queue.put(delivery)

    def outstanding(self, subscription: Subscription | None = None) -> int:
        """Deliveries in our hands, of one subscription or of all."""
        with self._lock:
            return self._outstanding.total() if subscription is None else self._outstanding[subscription]

    def stop(self) -> None:
        """Start nothing any more; calls that run are finished and settled."""
        self._stopping.set()
        self.gate.close()
        for _ in self._threads:
            self._queue.put(None)

    def join(self, deadline: float) -> bool:
        """Wait until every worker has ended, at most until a monotonic time; false when one still works."""
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while (delivery := self._queue.get()) is not None:
            try:
                if not self._stopping.is_set():
                    self._handle(delivery)
            finally:
                with self._lock:
                    self._outstanding[delivery.subscription] -= 1
                    if not self._outstanding[delivery.subscription]:
                        del self._outstanding[delivery.subscription]
        self._gateway.hang_up()

    def _handle(self, delivery: Delivery) -> None:
        prepared = self._prepare(delivery, now=datetime.now(UTC))
        if isinstance(prepared, DeadLetter):
            self._carry_out(prepared, delivery, None, prepared.failure_class)
            return
        permit = self.gate.enter(lambda: delivery.subscription.state != "lost")
        if permit is None:
            return
        verdict, settlement = self._call(prepared, permit)
        self._carry_out(settlement, delivery, prepared, verdict.name)

    def _call(self, request: Request, permit: int) -> tuple[Outcome, Settlement]:
        verdict, started = HANDLER_FAILED, time.monotonic()
        try:
            answer = self._gateway.call(
                self.function, request.body, {**request.headers, **signed_headers(request.body)}
            )
            verdict = outcome(answer)
        finally:
            seconds = time.monotonic() - started
            if verdict.kind == "success":
                self.pace.called(seconds)
            metrics.CALL.labels(self.function).observe(seconds)
            self.gate.leave(permit, verdict)
        now, chance = datetime.now(UTC), 1.0 - random.random()
        return verdict, settle(verdict, answer, request.journey, self._policy, now=now, chance=chance)

    def _carry_out(
        self, settlement: Settlement, delivery: Delivery, request: Request | None, outcome_name: str
    ) -> None:
        message = self._next_message(settlement, delivery, request)
        if message is not None and not self._publish(message, delivery):
            return
        delivery.ack()
        action = {Ack: "ack", Retry: "retry", DeadLetter: "dead_letter"}[type(settlement)]
        metrics.SETTLED.labels(self.function, action, outcome_name).inc()
        with self._lock:
            self.handled += 1
            self.failed += action != "ack"
        fields = {"action": action, "function": self.function, "outcome": outcome_name}
        fields |= {"event_id": request.event_id if request else delivery.message_id or ""}
        fields |= {"correlation_id": request.headers["X-Call-Id"] if request else delivery.correlation_id or ""}
        log.info("settled", extra=fields | described(settlement))

    def _next_message(self, settlement: Settlement, delivery: Delivery, request: Request | None) -> Message | None:
        if isinstance(settlement, Ack):
            return None
        if isinstance(settlement, Retry):
            assert request is not None
            headers = {**request.kept, **settlement.journey.headers()}
            return republished(delivery, delay_exchange(settlement.level), self.function, headers)
        if self.function == COMPENSATE:
            why = {"x-parked-code": settlement.code, "x-parked-reason": settlement.reason}
            return republished(delivery, "", PARKING_QUEUE, {**(request.kept if request else {}), **why})
        return dead_letter_message(self.function, settlement, delivery, datetime.now(UTC))

    def _publish(self, message: Message, delivery: Delivery) -> bool:
        """Hold the delivery until the broker confirms; false when it is no longer ours, or the end has come."""
        delay, longest = HOLD_SECONDS
        while True:
            try:
                self._publisher.publish(message, timeout=CONFIRM_SECONDS)
                return True
            except NotPublished as error:
                metrics.HELD.labels(self.function).inc()
                self._on_held()
                log.warning(
                    "held",
                    extra={"action": "hold", "function": self.function, "to": message.exchange, "reason": error.reason},
                )
            if self._stopping.wait(delay) or delivery.subscription.state == "lost":
                return False
            delay = min(longest, delay * 2)


def republished(delivery: Delivery, exchange: str, routing_key: str, headers: dict[str, object]) -> Message:
    """The same message somewhere else: the body as it came, byte for byte."""
    return Message(
        exchange=exchange,
        routing_key=routing_key,
        body=delivery.body,
        headers=headers,
        message_id=delivery.message_id,
        correlation_id=delivery.correlation_id,
        type=delivery.type,
    )


def described(settlement: Settlement) -> dict[str, object]:
    if isinstance(settlement, Retry):
        journey = settlement.journey
        return {"delay_seconds": settlement.level, "attempt": journey.attempt, "defer": journey.defer}
    if isinstance(settlement, DeadLetter):
        return {"code": settlement.code, "reason": settlement.reason, "attempt": settlement.journey.attempt}
    return {}
