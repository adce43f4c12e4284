"""A client of the live feed that reconnects for ever and writes down every event it gets, also one it got before."""

import threading
from collections.abc import Sequence
from typing import Self

from cli.client import Client, Cut
from cli.errors import Refused
from cli.live import Parser
from tests.waiting import eventually

PAUSE_SECONDS = 0.1


class Watcher:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen: list[tuple[str, str]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(10)

    def seen(self) -> Sequence[tuple[str, str]]:
        """(cursor, event id), in the order in which they came."""
        return list(self._seen)

    def wait_for(self, event_id: str, within: float) -> None:
        """The feed ends a little behind the table; one that never shows the event is the checker's business."""
        try:
            eventually(lambda: any(identity == event_id for _, identity in self._seen), within=within)
        except AssertionError:
            return

    def _follow(self) -> None:
        parser = Parser(last_id="0-0")
        while not self._stopping.is_set():
            parser.reset()
            try:
                with self._client.stream("/api/events", {}, parser.last_id) as pieces:
                    for piece in pieces or ():
                        for message in parser.feed(piece):
                            if message.id is not None and message.data:
                                self._seen.append((message.id, message.data["id"]))
                        if self._stopping.is_set():
                            return
            except (Cut, Refused):
                self._stopping.wait(PAUSE_SECONDS)
