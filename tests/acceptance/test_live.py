"""The live feed through the gateway: it ends before the gateway cuts it, and resumes without gap or repeat."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import requests

from tests.acceptance.installation import Installation
from tests.acceptance.test_documents import STEPS

WINDOW = "2"
FRAME = re.compile(r"id: (?P<id>.*)\nevent: (?P<event>.*)\ndata: .*?\"subject\": ?\"(?P<subject>[^\"]*)\".*")
ACCEPT = {"Accept": "text/event-stream"}


def frames(answer: requests.Response) -> Iterator[str]:
    """Every frame of one window, until the function ends it; a cut raises ChunkedEncodingError."""
    text = ""
    for chunk in answer.iter_content(None):
        text += chunk.decode()
        while "\n\n" in text:
            frame, text = text.split("\n\n", 1)
            yield frame


def window(installation: Installation, cursor: str) -> tuple[str, list[tuple[str, str]]]:
    """One whole window: the cursor after it, and the events in it as subject and name."""
    seen = []
    headers = ACCEPT | ({"Last-Event-ID": cursor} if cursor else {})
    with installation.api("GET", "/api/events", headers=headers, stream=True) as answer:
        assert answer.ok, answer.text
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for frame in frames(answer):
            if match := re.search(r"^id: (.*)$", frame, re.MULTILINE):
                cursor = match[1]
            if match := FRAME.fullmatch(frame):
                seen.append((match["subject"], match["event"]))
    return cursor, seen


def test_a_feed_over_many_windows_has_every_event_once_in_order(installation: Installation) -> None:
    with installation.deployed_with("notify", SSE_WINDOW_SECONDS=WINDOW), ThreadPoolExecutor(1) as pool:
        cursor, _ = window(installation, "")
        uploaded = pool.submit(lambda: [installation.upload(f"note {uuid4()}")[0] for _ in range(12)])
        events: list[tuple[str, str]] = []
        windows = 0
        while windows < 3 or not all(each in ended(events) for each in uploaded.result()):
            cursor, seen = window(installation, cursor)
            events, windows = events + seen, windows + 1
            assert windows < 60
    for identity in uploaded.result():
        assert [name for subject, name in events if subject == identity] == STEPS


def ended(events: list[tuple[str, str]]) -> set[str]:
    return {subject for subject, name in events if name == STEPS[-1]}
