"""What a test switches off or breaks in the processes it starts: the duplicator, failing calls, and the ablations."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.promise.failpoints import replace

LATEST_SECONDS = 0.3
SHORT_LEASE_SECONDS = 1.0


def apply(fault: str, process: str) -> None:
    """fault is a name of FAULTS, or name=value."""
    name, _, value = fault.partition("=")
    FAULTS[name](process, value)


def short_lease(process: str, _: str) -> None:
    """A client whose upload died may go on after a second."""
    if process == "upload":
        replace("functions.upload.claims:LEASE_SECONDS", lambda _: SHORT_LEASE_SECONDS)


def twice(process: str, _: str) -> None:
    """Every message that counts is sent twice, the second one after up to LATEST_SECONDS: so in any order."""

    def change(submit: Callable[..., Any]) -> Callable[..., Any]:
        def submitted(publisher: Any, message: Any) -> Any:
            if message.persistent:
                again = threading.Timer(random.uniform(0, LATEST_SECONDS), submit, (publisher, message))
                again.daemon = True
                again.start()
            return submit(publisher, message)

        return submitted

    replace("pipeline.broker.publisher:Publisher.submit", change)


def failing(process: str, share: str) -> None:
    """A share of the connector's calls fails: half of them before the function heard of it, half after its answer."""
    if process != "connector":
        return
    from connector.outcome import Answer

    def change(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            chance = random.random() / float(share)
            if chance < 0.5:
                return Answer(trouble="refused", reason="the test refused it")
            answer = call(*arguments)
            return Answer(trouble="cut", reason="the test lost the answer") if chance < 1 else answer

        return called

    replace("connector.gateway:Gateway.call", change)


def no_inbox(process: str, _: str) -> None:
    """Claims are written down and never looked at."""
    replace("pipeline.inbox:has", lambda _: lambda *__: False)
    replace("pipeline.inbox:claim", lambda claim: lambda *arguments: claim(*arguments) or True)


def no_outbox(process: str, _: str) -> None:
    """An event is published after its commit, and nobody looks whether it was."""
    if process == "connector":
        replace("connector.relay:Relay.step", lambda _: lambda *__: 60.0)


def ack_first(process: str, _: str) -> None:
    """A message is acknowledged before what follows from it is confirmed."""
    if process != "connector":
        return
    acknowledged: set[tuple[int, int]] = set()

    def once(ack: Callable[[Any], None]) -> Callable[[Any], None]:
        def acked(delivery: Any) -> None:
            if (tag := (id(delivery.subscription), delivery.tag)) not in acknowledged:
                acknowledged.add(tag)
                ack(delivery)

        return acked

    def change(publish: Callable[..., Any]) -> Callable[..., Any]:
        def published(consumer: Any, message: Any, delivery: Any) -> Any:
            delivery.ack()
            time.sleep(0.2)
            return publish(consumer, message, delivery)

        return published

    replace("pipeline.broker.consumer:Delivery.ack", once)
    replace("connector.consumer:Consumer._publish", change)


FAULTS: dict[str, Callable[[str, str], None]] = {
    "short-lease": short_lease,
    "twice": twice,
    "failing": failing,
    "no-inbox": no_inbox,
    "no-outbox": no_outbox,
    "ack-first": ack_first,
}
