"""What a test breaks or switches off in running processes: the duplicator, failing calls, and the ablations.

Each is wrapped around the product when a process starts, and works while the plan says so.
"""

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.promise.failpoints import Plan, replace

LATEST_SECONDS = 0.3
SHORT_LEASE_SECONDS = 1.0
TWICE, FAILING, CLOCK, AWAY = "twice", "failing", "clock", "away"
COUNTED = (MESSAGE_TWICE, CALL_REFUSED, ANSWER_LOST) = "message sent twice", "call refused", "answer lost"
NO_INBOX, NO_OUTBOX, ACK_FIRST = "no-inbox", "no-outbox", "ack-first"

Function = Callable[..., Any]


def install(process: str, plan: Plan) -> None:
    replace("pipeline.broker.publisher:Publisher.submit", twice(plan))
    replace("pipeline.documents:now", skewed(plan))
    replace("pipeline.inbox:has", lambda has: lambda *told: not plan.value(NO_INBOX) and has(*told))
    replace("pipeline.inbox:claim", lambda claim: lambda *told: claim(*told) or bool(plan.value(NO_INBOX)))
    if process == "upload":
        # A client whose upload died may go on after a second.
        replace("functions.upload.claims:LEASE_SECONDS", lambda _: SHORT_LEASE_SECONDS)
    if process == "connector":
        replace("connector.gateway:Gateway.call", failing(plan))
        replace("connector.relay:Relay.step", lambda step: lambda relay: 1.0 if plan.value(NO_OUTBOX) else step(relay))
        replace("pipeline.broker.consumer:Delivery.ack", acknowledged_once())
        replace("connector.consumer:Consumer._publish", acknowledged_first(plan))
    else:
        publish_only_what_is_new(plan)


def twice(plan: Plan) -> Callable[[Function], Function]:
    """Every message that counts is sent twice, the second one after up to LATEST_SECONDS: so in any order."""

    def change(submit: Function) -> Function:
        def submitted(publisher: Any, message: Any) -> Any:
            if message.persistent and plan.value(TWICE):
                plan.passed(MESSAGE_TWICE)
                again = threading.Timer(random.uniform(0, LATEST_SECONDS), submit, (publisher, message))
                again.daemon = True
                again.start()
            return submit(publisher, message)

        return submitted

    return change


def skewed(plan: Plan) -> Callable[[Function], Function]:
    """A clock that jumps by up to so many seconds, forwards and backwards, from one event to the next."""

    def change(now: Function) -> Function:
        def wrong() -> Any:
            most = float(plan.value(CLOCK) or 0)
            return now() + timedelta(milliseconds=int(random.uniform(-most, most) * 1000))

        return wrong

    return change


def failing(plan: Plan) -> Callable[[Function], Function]:
    """A share of the connector's calls fails: half of them before the function heard of it, half after its answer.

    One function may be away altogether.
    """
    from connector.outcome import Answer

    def change(call: Function) -> Function:
        def called(gateway: Any, function: str, *told: Any) -> Any:
            if plan.value(AWAY) == function:
                return Answer(status=503, reason="the test took it away")
            chance, share = random.random(), float(plan.value(FAILING) or 0)
            if chance < share / 2:
                plan.passed(CALL_REFUSED)
                return Answer(trouble="refused", reason="the test refused it")
            answer = call(gateway, function, *told)
            if chance < share:
                plan.passed(ANSWER_LOST)
                return Answer(trouble="cut", reason="the test lost the answer")
            return answer

        return called

    return change


def publish_only_what_is_new(plan: Plan) -> None:
    """Without an outbox a function publishes what it has just recorded, and nobody looks for what was left unsent."""
    recorded = threading.local()

    def noting(record: Function) -> Function:
        def noted(*arguments: Any, **named: Any) -> Any:
            recorded.here = True
            return record(*arguments, **named)

        return noted

    def change(publish: Function) -> Function:
        def published(cause: str) -> None:
            new, recorded.here = getattr(recorded, "here", False), False
            if new or not plan.value(NO_OUTBOX):
                publish(cause)

        return published

    replace("pipeline.documents:record", noting)
    replace("pipeline.documents:create", noting)
    replace("pipeline.outbox:publish_unsent", change)


def acknowledged_once() -> Callable[[Function], Function]:
    """The broker ends a channel that acknowledges a message again."""
    acknowledged: set[tuple[int, int]] = set()

    def change(ack: Function) -> Function:
        def acked(delivery: Any) -> None:
            if (tag := (id(delivery.subscription), delivery.tag)) not in acknowledged:
                acknowledged.add(tag)
                ack(delivery)

        return acked

    return change


def acknowledged_first(plan: Plan) -> Callable[[Function], Function]:
    """The message is gone from its queue before what follows from it is confirmed."""

    def change(publish: Function) -> Function:
        def published(consumer: Any, message: Any, delivery: Any) -> Any:
            if plan.value(ACK_FIRST):
                delivery.ack()
                time.sleep(0.2)
            return publish(consumer, message, delivery)

        return published

    return change
