"""Which function wants which events: the annotation `topic` of the deployed functions."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from .gateway import Gateway

log = logging.getLogger(__name__)

COMPENSATE = "compensate"
DEFAULT_CONCURRENCY = 2
MAX_CONCURRENCY = 64

# Declared whether deployed or not: an event published before its function is deployed must find its queue.
PIPELINE: dict[str, tuple[str, ...]] = {
    "classify": ("document.uploaded",),
    "extract": ("document.classified",),
    "index": ("document.extracted",),
    "notify": ("document.*",),
}


@dataclass(frozen=True, kw_only=True)
class Function:
    """concurrency is how many calls one connector makes at once."""

    name: str
    topics: tuple[str, ...]
    concurrency: int


def functions_of(listing: Iterable[Mapping[str, Any]]) -> dict[str, Function]:
    """The functions that want events, by name; compensate always does."""
    found = {}
    for entry in listing:
        annotations = entry.get("annotations") or {}
        topics = tuple(each.strip() for each in str(annotations.get("topic", "")).split(",") if each.strip())
        name = str(entry.get("name", ""))
        if topics or name == COMPENSATE:
            concurrency = concurrency_of(annotations.get("concurrency"))
            found[name] = Function(name=name, topics=topics, concurrency=concurrency)
    return found


def concurrency_of(annotation: object) -> int:
    text = str(annotation or "")
    return min(MAX_CONCURRENCY, max(1, int(text))) if text.isdecimal() else DEFAULT_CONCURRENCY


def queues_of(functions: Mapping[str, Function]) -> dict[str, tuple[str, ...]]:
    """Queue and topics of everything that is deployed or belongs to the pipeline."""
    return {**PIPELINE, **{name: function.topics for name, function in functions.items()}}


class Topics:
    """The last good map; a failed look-up keeps it."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._lock = threading.Lock()
        self._functions: dict[str, Function] | None = None
        self.failing = False

    @property
    def functions(self) -> dict[str, Function] | None:
        """None until the gateway answered once."""
        with self._lock:
            return self._functions

    def refresh(self) -> bool:
        """Ask the gateway; true when the map changed."""
        try:
            functions = functions_of(self._gateway.functions())
        except (requests.RequestException, ValueError) as error:
            if not self.failing:
                log.warning("keeping the last map", extra={"action": "topics_failed", "reason": str(error)[:300]})
            self.failing = True
            return False
        self.failing = False
        with self._lock:
            changed = functions != self._functions
            self._functions = functions
        if changed:
            log.info("topics", extra={"action": "topics", "functions": {n: f.topics for n, f in functions.items()}})
        return changed
