"""Watch a whole tenant by the live feed, so that waiting costs the server nothing."""

import threading
from collections import defaultdict
from datetime import datetime

from cli.client import Client
from cli.live import follow

ENDS = frozenset({"indexed", "failed", "deleted"})


class Watching(threading.Thread):
    """Collects when each state was reached and how long each stage worked, in seconds; news is set by every event."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.reached: dict[str, dict[str, datetime]] = defaultdict(dict)
        self.worked: dict[str, dict[str, float]] = defaultdict(dict)
        self.ended: dict[str, str] = {}
        self.news = threading.Event()

    def run(self) -> None:
        for message in follow(self.client):
            if message.id is None:
                if message.data.get("status") == "worked":
                    self.worked[message.data["document_id"]][message.data["stage"]] = message.data["seconds"]
                continue
            identity, state = message.data["subject"], message.event.removeprefix("document.")
            self.reached[identity][state] = datetime.fromisoformat(message.data["time"])
            if state in ENDS:
                self.ended[identity] = state
            self.news.set()
