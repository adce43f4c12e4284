"""Who watches sees every event in order; who registered a webhook gets each one signed, again until it is taken."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from pipeline import database
from tests.integration.test_notify import Receiver
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.serving import serving
from tests.waiting import eventually


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    owner = Receiver()
    with serving(owner.app) as url:
        yield owner, url


def event_ids(document: str | None) -> list[str]:
    events = "SELECT id::text FROM events WHERE document_id = %(id)s::uuid ORDER BY sequence"
    return [row["id"] for row in database.fetch(events, {"id": document})]


def test_a_feed_and_a_socket_show_the_same_in_the_order_of_the_events(rig: Rig) -> None:
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    expected = event_ids(document)
    url = f"{rig.stack.url.replace('http', 'ws')}/api/ws?document={document}"
    with connect(url, additional_headers=rig.stack.headers) as socket:
        shown = [json.loads(socket.recv(20))["data"]["id"] for _ in expected]
    assert shown == expected
    eventually(lambda: [identity for _, identity in rig.watcher.seen() if identity in expected] == expected, within=20)


def test_a_webhook_gets_each_event_signed_and_again_until_it_takes_it(rig: Rig, receiver: tuple[Receiver, str]) -> None:
    owner, url = receiver
    client = rig.stack.client
    webhook = client.post("/api/webhooks", json={"url": url, "events": ["document.indexed"]})
    assert client.post(f"/api/webhooks/{webhook['id']}/test")["delivered"]
    owner.got.clear()
    owner.status = 500
    document = rig.client.upload(text(), "notes.txt")
    eventually(lambda: owner.got, within=30)
    owner.status = 200
    log = f"/api/webhooks/{webhook['id']}/deliveries"
    eventually(lambda: [each["delivered"] for each in client.get(log)["deliveries"]] == [True], within=30)
    assert client.get(log)["deliveries"][0]["attempts"] == len(owner.got) > 1
    headers, body = owner.got[-1]
    assert headers["webhook-id"] == json.loads(body)["id"] == event_ids(document)[-1]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"
    client.delete(f"/api/webhooks/{webhook['id']}")
    assert rig.comes_to_rest() == {}
