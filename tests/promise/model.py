"""A model of one stage between two queues, small enough to look at every state it can be in; pure.

A message is an event that was recorded, is sent to a queue, delivered, handled, and leads to the next event, which is
sent too. Whatever can die does, between any two steps: the function, the connector, a call, the broker's connection.
There is one worker in the connector, and at most one function that works on for a caller who is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Phase = Literal["", "delivered", "working", "committed", "published", "answered", "failed", "delayed"]
WORKS = ("delivered", "working", "committed", "published")


@dataclass(frozen=True)
class Protocol:
    """What the product does; an ablation leaves one out."""

    inbox: bool = True
    outbox: bool = True
    confirm_before_ack: bool = True


class Message(NamedTuple):
    """sent and next_sent: is the mark set that the event was confirmed? effects counts what the handler did.

    queued and delayed: is there a copy, or more than one? call is the delivery in the connector's hands; late is a
    function that still works for a connector that is gone.
    """

    sent: bool = False
    queued: bool = False
    delayed: bool = False
    call: Phase = ""
    acknowledged: bool = False
    late: Phase = ""
    effects: int = 0
    claimed: bool = False
    arrived: bool = False
    next_sent: bool = False

    @property
    def done(self) -> bool:
        quiet = not (self.queued or self.delayed or self.call or self.late)
        return quiet and self.sent and self.arrived and self.next_sent and self.effects == 1


def handled(message: Message, phase: Phase, protocol: Protocol) -> Iterator[tuple[Message, Phase]]:
    """What a function does next, for a caller that waits or one that is gone."""
    match phase:
        case "delivered":
            yield message, "committed" if message.claimed and protocol.inbox else "working"
        case "working":
            if message.claimed and protocol.inbox:
                yield message, "committed"
            else:
                yield replace(message, claimed=True, effects=min(2, message.effects + 1)), "committed"
        case "committed":
            # It publishes what is unsent, or the broker does not answer.
            yield replace(message, arrived=True), "published"
            yield message, "answered"
        case "published":
            yield replace(message, next_sent=True), "answered"


def steps(message: Message, protocol: Protocol, *, free: bool) -> Iterator[Message]:
    """Everything that can happen to one message without a fault; free: the connector's worker has nothing to do."""
    if not message.sent:
        yield replace(message, queued=True)
        # The mark follows the confirm, and may be lost.
        if message.queued or message.delayed or message.call or message.claimed:
            yield replace(message, sent=True)
    if protocol.outbox and message.claimed and not message.next_sent:
        yield replace(message, arrived=True, next_sent=True)
    if message.delayed:
        yield replace(message, delayed=False, queued=True)
        yield replace(message, queued=True)
    if message.queued and free:
        yield replace(message, queued=False, call="delivered", acknowledged=False)
        yield replace(message, call="delivered", acknowledged=False)
    if message.late:
        for after, phase in handled(message, message.late, protocol):
            yield replace(after, late="" if phase == "answered" else phase)
    if message.call:
        yield from called(message, message.call, protocol)


def called(message: Message, phase: Phase, protocol: Protocol) -> Iterator[Message]:
    """The connector's side of a delivery."""
    for after, following in handled(message, phase, protocol):
        yield replace(after, call=following)
    if phase in ("answered", "delayed"):
        yield replace(message, call="", acknowledged=False)
    if phase == "failed" and not protocol.confirm_before_ack and not message.acknowledged:
        yield replace(message, acknowledged=True)
    elif phase == "failed":
        yield replace(message, delayed=True, call="delayed")


def failures(message: Message, *, alone: bool) -> Iterator[Message]:
    """What goes wrong for one message: its call fails, or its function dies, or the caller gives up on it.

    alone: no other function works for a caller who is gone.
    """
    if message.call in (*WORKS, "answered"):
        yield replace(message, call="failed")
        if alone and message.call != "answered":
            yield replace(message, call="failed", late=message.call)
    if message.late:
        yield replace(message, late="")


def without_connector(message: Message, *, alone: bool) -> Message:
    """The broker takes back what was not acknowledged; a function that works goes on."""
    if not message.call:
        return message
    late = message.call if message.call in WORKS and alone else message.late
    return replace(message, call="", acknowledged=False, late=late, queued=message.queued or not message.acknowledged)


def replace(message: Message, **changes: object) -> Message:
    return message._replace(**changes)  # type: ignore[arg-type]


class State(NamedTuple):
    """Messages are alike, so their order does not matter; faults is how many may still happen."""

    messages: tuple[Message, ...]
    faults: int


def following(state: State, protocol: Protocol) -> Iterator[State]:
    """Every state that can come next."""
    messages, faults = state
    free = not any(message.call for message in messages)
    alone = not any(message.late for message in messages)
    for place, message in enumerate(messages):
        others = messages[:place] + messages[place + 1 :]
        for after in steps(message, protocol, free=free):
            yield State(tuple(sorted((*others, after))), faults)
        if faults:
            for after in failures(message, alone=alone):
                yield State(tuple(sorted((*others, after))), faults - 1)
    if faults and not free:
        yield State(tuple(sorted(without_connector(message, alone=alone) for message in messages)), faults - 1)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Of all states that can be reached: those with a doubled effect, those from which no way leads to the end."""

    states: int
    doubled: int
    hopeless: int


def explore(messages: int, faults: int, protocol: Protocol) -> Verdict:
    """Look at every interleaving of so many messages with at most so many faults."""
    start = State((Message(),) * messages, faults)
    seen = {start}
    before: dict[State, list[State]] = {}
    waiting = [start]
    while waiting:
        state = waiting.pop()
        for each in following(state, protocol):
            before.setdefault(each, []).append(state)
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    hopeful: set[State] = set()
    waiting = [state for state in seen if all(message.done for message in state.messages)]
    while waiting:
        state = waiting.pop()
        if state not in hopeful:
            hopeful.add(state)
            waiting += before.get(state, [])
    doubled = [state for state in seen if any(message.effects > 1 for message in state.messages)]
    return Verdict(states=len(seen), doubled=len(doubled), hopeless=len(seen - hopeful - set(doubled)))
