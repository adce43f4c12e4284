"""The annotation `topic` of a function: one binding key of the events it wants; pure."""

import re
from collections.abc import Iterable, Sequence

from .events import EVENTS

WORD = re.compile(r"[a-z0-9_-]+|\*|#")
RESERVED = re.compile(r"parking|delay\..*")
"""Queues that are no function's; a function's queue has its name."""


def refusal(topic: str) -> str | None:
    """Why no function can be called for this topic, in words; None when one can."""
    if "," in topic:
        return f"the topic {topic!r} has a comma: one binding key a function, or a wildcard such as document.*"
    words = topic.split(".")
    if not all(WORD.fullmatch(word) for word in words):
        return f"the topic {topic!r} is no binding key: words of a-z, 0-9, - and _ between dots, or * and # for them"
    if not any(matches(words, event.split(".")) for event in EVENTS):
        return f"the topic {topic!r} matches no event; there are {', '.join(EVENTS)}"
    return None


def matches(pattern: Sequence[str], words: Sequence[str]) -> bool:
    """As a topic exchange does: * is one word, # is any number of them."""
    if not pattern:
        return not words
    first, rest = pattern[0], pattern[1:]
    if first == "#":
        return any(matches(rest, words[skipped:]) for skipped in range(len(words) + 1))
    return bool(words) and first in ("*", words[0]) and matches(rest, words[1:])


def refusals(functions: Iterable[tuple[str, str | None]]) -> list[str]:
    """What is wrong with the names and topics of functions that run together."""
    found, names = [], set[str]()
    for name, topic in functions:
        if reason := refusal(topic) if topic else None:
            found.append(f"{name}: {reason}")
        if topic and RESERVED.fullmatch(name):
            found.append(f"{name}: the queue of this name is the connector's own; name the function otherwise")
        if topic and name in names:
            found.append(f"{name}: two functions of this name want events, and a queue belongs to one of them")
        names.add(name)
    return found
