"""Which function wants which events: the annotation `topic` of the deployed functions."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from pipeline.topic import refusals

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
    """The functions that want events, by name; compensate always does, and what is refused never. The first of two
    functions with one name keeps its queue.
    """
    found: dict[str, Function] = {}
    for entry in listing:
        annotations = entry.get("annotations") or {}
        name, topic = named(entry)
        if name == COMPENSATE or (topic and not refusals([(name, topic)])):
            concurrency = concurrency_of(annotations.get("concurrency"))
            found.setdefault(name, Function(name=name, topics=(topic,) if topic else (), concurrency=concurrency))
    return found


def named(entry: Mapping[str, Any]) -> tuple[str, str]:
    """A listed function's name and its topic, empty when it has none."""
    return str(entry.get("name", "")), str((entry.get("annotations") or {}).get("topic") or "").strip()


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
        self.refused: list[str] = []

    @property
    def functions(self) -> dict[str, Function] | None:
        """None until the gateway answered once."""
        with self._lock:
            return self._functions

    def refresh(self) -> bool:
        """Ask the gateway; true when the map changed."""
        try:
            listing = self._gateway.functions()
            functions = functions_of(listing)
        except (requests.RequestException, ValueError) as error:
            if not self.failing:
                log.warning("keeping the last map", extra={"action": "topics_failed", "reason": str(error)[:300]})
            self.failing = True
            return False
        self.failing = False
        self._say_refused(refusals(map(named, listing)))
        with self._lock:
            changed = functions != self._functions
            self._functions = functions
        if changed:
            log.info("topics", extra={"action": "topics", "functions": {n: f.topics for n, f in functions.items()}})
        return changed

    def _say_refused(self, refused: list[str]) -> None:
        if refused != self.refused:
            for reason in refused:
                log.error("refused", extra={"action": "topic_refused", "reason": reason})
        self.refused = refused
