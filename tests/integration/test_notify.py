"""Live feeds: every event once, in order, over cuts; and webhooks that are delivered once, signed."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from functions.notify import stream
from functions.notify.feed import WATCHER_NOTES, Feed, Watcher
from functions.notify.handler import app
from functions.notify.message import Note, Topic
from functions.notify.outbound import post
from functions.notify.signature import signed
from pipeline import auth, broker, event_store
from pipeline.database import transaction
from pipeline.envelope import render
from pipeline.errors import Busy
from pipeline.events import DocumentClassified, DocumentFailed
from pipeline.model import Document
from tests.conftest import management
from tests.factories import accept, deliver, move, uploaded
from tests.servers import owner
from tests.serving import serving
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost")

CLASSIFIED = DocumentClassified(category="letter", confidence=0.8, method="rules")
FAILED = DocumentFailed(stage="extract", code="corrupt", reason="broken", failure_class="permanent", attempts=1)
KEY = {"Authorization": "Bearer dsk_test"}
HEADERS = KEY | {"Accept": "text/event-stream"}
Frame = dict[str, str]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The function notify with a window of five seconds and one key of each tenant."""
    monkeypatch.setenv("SSE_WINDOW_SECONDS", "5")
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")
    auth.ensure_key("dsk_test", tenant="default", scopes=frozenset({"read", "operate"}), name="test")
    auth.ensure_key("dsk_other", tenant="other", scopes=frozenset({"read"}), name="other")
    link = broker.connect("test")
    broker.declare_topology(link.channel(), {"notify": ["document.*"]})
    link.close()
    with serving(app) as url:
        yield url


@contextmanager
def watching(url: str, **headers: str) -> Iterator[Iterator[Frame]]:
    with requests.get(url, headers=HEADERS | headers, stream=True, timeout=10) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield frames(answer)


def frames(answer: requests.Response) -> Iterator[Frame]:
    """The frames that carry an event."""
    frame: Frame = {}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        name, _, value = line.partition(": ")
        if line:
            frame[name] = value
        elif "event" in frame:
            yield frame
            frame = {}
        else:
            frame = {}


def ids(document: Document) -> list[str]:
    return [str(each.row["id"]) for each in event_store.history(document.id)]


def test_a_watcher_sees_the_history_and_then_what_happens(address: str) -> None:
    document = accept(uploaded())
    with watching(f"{address}/events?document={document.id}") as seen:
        assert next(seen)["event"] == "document.uploaded"
        move(document.id, CLASSIFIED)
        frame = next(seen)
    assert frame["event"] == "document.classified"
    assert json.loads(frame["data"])["subject"] == str(document.id)


def test_the_data_is_the_event_as_published(address: str) -> None:
    document = accept(uploaded())
    with watching(f"{address}/events?document={document.id}") as seen:
        frame = next(seen)
    assert frame["data"].encode() == render(event_store.history(document.id)[0].envelope)


def test_a_stream_that_is_cut_anywhere_resumes_without_gap_or_repeat(address: str) -> None:
    document = accept(uploaded())
    for _ in range(5):
        move(document.id, CLASSIFIED)
    got: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(6):
        with watching(f"{address}/events?document={document.id}", **cursor) as seen:
            frame = next(seen)
        got.append(json.loads(frame["data"])["id"])
        cursor = {"Last-Event-ID": frame["id"]}
    assert got == ids(document)


def test_windows_follow_each_other_while_events_keep_coming(address: str) -> None:
    document = accept(uploaded())
    got: list[str] = []
    cursor: dict[str, str] = {}
    while len(got) < 16:
        with watching(f"{address}/events?document={document.id}", **cursor) as seen:
            for frame in seen:
                got.append(json.loads(frame["data"])["id"])
                cursor = {"Last-Event-ID": frame["id"]}
                if len(got) < 16:
                    broker.publish_event(move(document.id, CLASSIFIED))
                if len(got) % 7 == 0 or len(got) >= 16:
                    break
    assert got == ids(document)[:16]


def test_a_window_in_which_nothing_happens_loses_nothing_that_happens_after_it(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSE_WINDOW_SECONDS", "1")
    with requests.get(f"{address}/events", headers=HEADERS, stream=True, timeout=10) as answer:
        cursor = next(line for line in answer.iter_lines(decode_unicode=True) if line.startswith("id: "))[4:]
    document = accept(uploaded())

    def resumed() -> list[Frame]:
        with watching(f"{address}/events", **{"Last-Event-ID": cursor}) as seen:
            return list(seen)

    # An older transaction of anybody on the server may hide the event for longer than one window.
    [frame] = eventually(resumed, within=60)
    assert json.loads(frame["data"])["subject"] == str(document.id)


def test_an_event_of_a_newer_version_hides_itself_and_nothing_else(address: str) -> None:
    document = accept(uploaded())
    with transaction() as tx:
        tx.execute(
            """
            INSERT INTO events (id, document_id, sequence, run, tenant, type, source, schema_version, causation_id,
                                correlation_id, data, occurred_at)
            SELECT gen_random_uuid(), document_id, 2, run, tenant, 'document.dreamt', source, '1.0', 'test',
                   correlation_id, '{}', now() FROM events WHERE document_id = %(id)s
            """,
            {"id": document.id},
        )
        tx.execute("UPDATE documents SET sequence = 2 WHERE id = %(id)s", {"id": document.id})
    with watching(f"{address}/events?document={document.id}") as seen:
        assert next(seen)["event"] == "document.uploaded"
        move(document.id, CLASSIFIED)
        assert next(seen)["event"] == "document.classified"


def test_one_correlation_shows_all_its_documents_and_no_other(address: str) -> None:
    first, second, stranger = accept(uploaded()), accept(uploaded()), accept(uploaded())
    with watching(f"{address}/events?correlation={second.correlation_id}") as seen:
        move(first.id, CLASSIFIED)
        move(stranger.id, CLASSIFIED)
        move(second.id, CLASSIFIED)
        subjects = {json.loads(next(seen)["data"])["subject"] for _ in range(2)}
    assert subjects == {str(second.id)}


def test_feeds_above_the_limit_are_put_off_until_one_ends(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_LIVE_FEEDS", "1")
    with watching(f"{address}/events"):
        refused = eventually(lambda: refusals(f"{address}/events"))[0]
        assert (refused.json()["code"], refused.headers["Retry-After"]) == ("too-many-requests", "5")
    eventually(lambda: not refusals(f"{address}/events"))


def refusals(url: str) -> list[requests.Response]:
    with requests.get(url, headers=HEADERS, stream=True, timeout=10) as answer:
        return [answer] if answer.status_code == 429 and answer.content else []


def test_a_stranger_sees_nothing_of_another_tenant(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSE_WINDOW_SECONDS", "1")
    document = accept(uploaded())
    stranger = {"Authorization": "Bearer dsk_other"}
    refused = requests.get(f"{address}/events?document={document.id}", headers=HEADERS | stranger, timeout=10)
    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    with watching(f"{address}/events?correlation={document.correlation_id}", **stranger) as seen:
        assert list(seen) == []


def test_a_client_that_has_seen_the_end_is_told_to_stop(address: str) -> None:
    document = accept(uploaded())
    move(document.id, FAILED)
    url = f"{address}/events?document={document.id}"
    with watching(url) as seen:
        last = list(seen)[-1]  # the stream ends by itself, long before its window
    assert requests.get(url, headers=HEADERS | {"Last-Event-ID": last["id"]}, timeout=10).status_code == 204


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("", {"Authorization": ""}, 401, "unauthorized"),
        ("", {"Authorization": "Bearer dsk_guess"}, 401, "unauthorized"),
        ("?document=seven", {}, 400, "invalid-parameter"),
        ("?documents=all", {}, 400, "invalid-parameter"),
        (f"?document={uuid4()}", {}, 404, "not-found"),
        ("", {"Last-Event-ID": "yesterday"}, 400, "invalid-cursor"),
    ],
    ids=["no-key", "unknown-key", "no-uuid", "unknown-parameter", "unknown-document", "no-cursor"],
)
def test_a_bad_request_says_why(address: str, query: str, headers: dict[str, str], status: int, code: str) -> None:
    answer = requests.get(f"{address}/events{query}", headers=HEADERS | headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def listening(vhost: str) -> bool:
    """Has a feed bound its own queue for progress?"""
    bindings = management("GET", f"exchanges/{vhost}/documents/bindings/source").json()
    return any(each["routing_key"] == "progress.#" for each in bindings)


def test_progress_reaches_those_who_watch_and_carries_no_cursor(address: str, vhost: str) -> None:
    document = accept(uploaded())
    with watching(f"{address}/events?document={document.id}") as seen:
        next(seen)
        eventually(lambda: listening(vhost))
        progress = json.dumps(
            {
                "tenant": "default",
                "document_id": str(document.id),
                "correlation_id": str(document.correlation_id),
                "stage": "extract",
            }
        ).encode()
        broker.publish_progress(document.id, progress)
        frame = next(seen)
    assert frame["event"] == "document.progress"
    assert "id" not in frame


def test_a_websocket_shows_the_same_and_resumes(address: str) -> None:
    document = accept(uploaded())
    move(document.id, CLASSIFIED)
    url = f"{address.replace('http', 'ws')}/ws?document={document.id}"
    with connect(url, additional_headers=KEY) as socket:
        first = json.loads(socket.recv(10))
    with connect(f"{url}&after={first['id']}", additional_headers=KEY) as socket:
        second = json.loads(socket.recv(10))
    assert [first["event"], second["event"]] == ["document.uploaded", "document.classified"]
    assert [first["data"]["id"], second["data"]["id"]] == ids(document)


def closing(socket: ClientConnection) -> tuple[int, str]:
    """Code and reason with which the server closes, after whatever it still sends."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(30)
    assert socket.protocol.close_code is not None
    return socket.protocol.close_code, str(socket.protocol.close_reason)


def test_a_websocket_without_a_key_is_closed_with_the_reason(address: str) -> None:
    with connect(f"{address.replace('http', 'ws')}/ws") as socket:
        code, reason = closing(socket)
    assert (code, reason[:13]) == (1008, "unauthorized:")


def test_a_websocket_on_an_unknown_document_is_closed_with_the_reason(address: str) -> None:
    with connect(f"{address.replace('http', 'ws')}/ws?document={uuid4()}", additional_headers=KEY) as socket:
        code, reason = closing(socket)
    assert (code, reason[:10]) == (1008, "not-found:")


def test_a_websocket_ends_well_with_the_last_event_and_again_for_who_has_seen_it(address: str) -> None:
    document = accept(uploaded())
    move(document.id, FAILED)
    url = f"{address.replace('http', 'ws')}/ws?document={document.id}"
    with connect(url, additional_headers=KEY) as socket:
        shown = [json.loads(socket.recv(30)) for _ in range(2)]
        assert closing(socket)[0] == 1000
    assert shown[-1]["event"] == "document.failed"
    with connect(f"{url}&after={shown[-1]['id']}", additional_headers=KEY) as socket:
        assert closing(socket)[0] == 1000


def test_a_websocket_whose_window_is_over_asks_to_come_again(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_WINDOW_SECONDS", "1")
    with connect(f"{address.replace('http', 'ws')}/ws", additional_headers=KEY) as socket:
        assert closing(socket)[0] == 1013


def test_a_revoked_key_sees_nothing_more_on_an_open_feed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PING_SECONDS", 0.1)
    monkeypatch.setattr(stream, "RECHECK_SECONDS", 0.1)
    monkeypatch.setenv("SSE_WINDOW_SECONDS", "600")
    with connect(f"{address.replace('http', 'ws')}/ws", additional_headers=KEY) as socket:
        socket.recv(30)
        with watching(f"{address}/events") as seen:
            with transaction() as tx:
                tx.execute("UPDATE api_keys SET revoked_at = now() WHERE name = 'test'")
            assert list(seen) == []
        code, reason = closing(socket)
    assert (code, reason[:13]) == (1008, "unauthorized:")
    assert requests.get(f"{address}/events", headers=HEADERS, timeout=10).status_code == 401


def test_an_end_that_a_reader_cannot_see_yet_is_not_the_end(address: str) -> None:
    """An older transaction that is still open hides the last event, while the document's row shows the end already."""
    document = accept(uploaded())
    seen = event_store.history(document.id)[-1].at
    topic = Topic(tenant="default", document=document.id)
    with transaction() as older:
        older.execute("SELECT pg_current_xact_id()")
        move(document.id, FAILED)
        assert event_store.read_after(seen, limit=1, filters=topic.columns()) == []
        assert not stream.ended(topic, seen)
    assert stream.ended(topic, event_store.history(document.id)[-1].at)


class Receiver:
    """A webhook's owner: a real HTTP server that answers as told and keeps what it got."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.app = Starlette(routes=[Route("/", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        self.got.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    owner = Receiver()
    with serving(owner.app) as url:
        yield owner, url


def registered(address: str, url: str, **more: Any) -> dict[str, Any]:
    answer = requests.post(f"{address}/webhooks", json={"url": url, **more}, headers=HEADERS, timeout=10)
    assert answer.status_code == 201, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_a_webhook_gets_each_event_once_and_signed(address: str, receiver: tuple[Receiver, str]) -> None:
    owner, url = receiver
    webhook = registered(address, url, events=["document.uploaded"])
    document = accept(event := uploaded())
    move(document.id, CLASSIFIED)
    assert [deliver(app, event).status_code for _ in range(3)] == [200, 200, 200]
    assert deliver(app, event_store.history(document.id)[1].envelope).json() == {"delivered": 0}
    (headers, body), *more = owner.got
    assert (body, more) == (render(event), [])
    assert headers["webhook-id"] == str(event.id)
    expected = signed(webhook["secret"], headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers.items() >= expected.items()


def test_each_webhook_has_a_secret_of_its_own_that_is_shown_once(address: str) -> None:
    first, second = (registered(address, "http://127.0.0.1") for _ in range(2))
    assert first["secret"] != second["secret"]
    listed = requests.get(f"{address}/webhooks", headers=HEADERS, timeout=10)
    assert first["id"] in listed.text
    assert "whsec_" not in listed.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1", "http://localhost:8080", "http://[::1]", "http://169.254.169.254/"]
)
def test_an_address_in_a_network_of_ours_is_refused(address: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/8")
    answer = requests.post(f"{address}/webhooks", json={"url": url}, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "address-not-allowed")


def test_what_a_name_means_is_looked_at_again_for_each_delivery(
    address: str, receiver: tuple[Receiver, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, url = receiver
    webhook = registered(address, url)
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "")
    accept(event := uploaded())
    assert deliver(app, event).status_code == 425
    assert owner.got == []
    log = requests.get(f"{address}/webhooks/{webhook['id']}/deliveries", headers=HEADERS, timeout=10).json()
    assert [(each["status"], each["error"]) for each in log["deliveries"]] == [(None, "address-not-allowed")]


def test_an_answer_that_never_begins_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something comes all the time, so no time-out of a single read ever counts."""
    monkeypatch.setenv("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8")

    def promise_on(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller, suppress(OSError):
            while True:
                caller.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=promise_on, args=[listener])
        answering.start()
        with pytest.raises(TimeoutError):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}", {}, b"{}", seconds=0.5)
        answering.join(30)
    assert not answering.is_alive()


def test_a_webhook_that_refuses_is_tried_again_later_and_logged(address: str, receiver: tuple[Receiver, str]) -> None:
    owner, url = receiver
    webhook = registered(address, url)
    accept(event := uploaded())
    owner.status = 500
    answers = [deliver(app, event) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [425] * 9 + [422]
    assert [answer.headers.get("Retry-After") for answer in answers[:3]] == ["2", "4", "8"]
    owner.status = 200
    assert deliver(app, event).json() == {"delivered": 1}
    log = requests.get(f"{address}/webhooks/{webhook['id']}/deliveries", headers=HEADERS, timeout=10).json()
    assert [(each["attempts"], each["delivered"]) for each in log["deliveries"]] == [(11, True)]


def test_a_webhook_that_points_elsewhere_has_not_got_the_event(address: str, receiver: tuple[Receiver, str]) -> None:
    owner, url = receiver
    registered(address, url)
    accept(event := uploaded())
    owner.status = 302
    assert deliver(app, event).status_code == 425


def test_a_webhook_can_be_tried_and_deleted(address: str, receiver: tuple[Receiver, str]) -> None:
    owner, url = receiver
    webhook = registered(address, url)
    tried = requests.post(f"{address}/webhooks/{webhook['id']}/test", headers=HEADERS, timeout=10).json()
    assert tried == {"delivered": True, "status": 200, "error": None}
    headers, body = owner.got[0]
    trial = json.loads(body)
    assert {
        "specversion": "1.0",
        "type": "docstream.webhook.test.v1",
        "id": headers["webhook-id"],
    }.items() <= trial.items()
    assert {"source", "time", "data"} <= trial.keys()
    requests.delete(f"{address}/webhooks/{webhook['id']}", headers=HEADERS, timeout=10).raise_for_status()
    accept(event := uploaded())
    deliver(app, event)
    assert len(owner.got) == 1


def test_a_webhook_of_nobody_is_not_found(address: str) -> None:
    answer = requests.get(f"{address}/webhooks/{uuid4()}/deliveries", headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("url", ["http://[", "http://", "ftp://example.org", "http://example.org:99999", 7])
def test_what_is_no_address_is_refused(address: str, url: object) -> None:
    answer = requests.post(f"{address}/webhooks", json={"url": url}, headers=HEADERS, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter")


def test_a_tenant_has_a_limited_number_of_webhooks(address: str) -> None:
    answers = [
        requests.post(f"{address}/webhooks", json={"url": "http://127.0.0.1"}, headers=HEADERS, timeout=10)
        for _ in range(21)
    ]
    assert [each.status_code for each in answers] == [201] * 20 + [409]
    assert answers[-1].json()["code"] == "too-many-webhooks"


def test_an_answer_without_an_end_is_not_read(address: str) -> None:
    async def endless(request: Request) -> Response:
        return StreamingResponse(iter(lambda: bytes(65_536), None))

    with serving(Starlette(routes=[Route("/", endless, methods=["POST"])])) as url:
        registered(address, url)
        accept(event := uploaded())
        assert deliver(app, event).json() == {"delivered": 1}


class Broken(Topic):
    def wants(self, tenant: str, document: UUID, correlation: UUID) -> bool:
        raise RuntimeError("a bug")


def test_a_closed_feed_reads_no_more(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read_after, reading, go_on = event_store.read_after, threading.Event(), threading.Event()

    def late(*arguments: Any, **named: Any) -> Any:
        reading.set()
        go_on.wait(60)
        return read_after(*arguments, **named)

    async def readers_left() -> set[threading.Thread]:
        before = set(threading.enumerate())
        feed = Feed()
        await asyncio.to_thread(feed.watch, Watcher(Topic(tenant="default")))
        await asyncio.to_thread(reading.wait, 60)
        threading.Timer(0.3, go_on.set).start()
        feed.close()
        return {thread for thread in set(threading.enumerate()) - before if thread.name == "feed"}

    monkeypatch.setattr(event_store, "read_after", late)
    assert asyncio.run(readers_left()) == set()


def test_a_feed_outlasts_a_lock_on_the_events(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read_after, refused = event_store.read_after, threading.Event()

    def read(*arguments: Any, **named: Any) -> Any:
        try:
            return read_after(*arguments, **named)
        except Busy:
            refused.set()
            raise

    async def seen() -> Note | None:
        feed, watcher = Feed(), Watcher(Topic(tenant="default"))
        await asyncio.to_thread(feed.watch, watcher)
        with owner(os.environ["PGDATABASE"]) as other, other.cursor() as cursor:
            cursor.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
            assert await asyncio.to_thread(refused.wait, 60)
        await asyncio.to_thread(accept, uploaded())
        note = await watcher.next(60)
        feed.close()
        return note

    monkeypatch.setattr(event_store, "read_after", read)
    found = asyncio.run(seen())
    assert found is not None
    assert found.name == "document.uploaded"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_bug_the_watchers_are_cut_and_the_next_ones_are_served(address: str) -> None:
    async def served() -> bool:
        feed = Feed()
        broken, sound = Watcher(Broken(tenant="default")), Watcher(Topic(tenant="default"))
        await asyncio.to_thread(feed.watch, broken)
        await asyncio.to_thread(accept, uploaded())
        await asyncio.to_thread(eventually, lambda: broken.cut)
        await asyncio.to_thread(feed.watch, sound)
        await asyncio.to_thread(accept, uploaded())
        seen = await sound.next(10)
        feed.close()
        return seen is not None

    assert asyncio.run(served())


def test_a_slow_watcher_is_cut_and_not_skipped() -> None:
    async def overflow() -> bool:
        watcher = Watcher(Topic(tenant="default", document=UUID(int=1)))
        for _ in range(WATCHER_NOTES + 1):
            watcher.offer(Note(at=None, name="document.progress", body=b"{}"))
        await asyncio.sleep(0)
        return watcher.cut

    assert eventually(lambda: asyncio.run(overflow()))
