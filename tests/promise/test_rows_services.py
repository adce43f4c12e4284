"""Rows of the fault matrix whose victim is a service or the network: killed, restarted, cut, slow, silent, full."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
import requests

from local.server import Server
from pipeline import database
from tests.promise.checker import check
from tests.promise.client import broken, text
from tests.promise.disk import full_disk
from tests.promise.network import Proxy
from tests.promise.rig import Rig
from tests.promise.running import running
from tests.promise.victims import Victims, victims
from tests.servers import management
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
RESTING = ("open", "half-open")
DOCUMENTS = 8
LONG_SECONDS = 120
TROUBLE_SECONDS = 3

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    with victims(tmp_path_factory.mktemp("victims") / "services") as victim:
        yield victim


@pytest.fixture(scope="module")
def fragile(victim: Victims, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A product of its own on the victims."""
    with running(tmp_path_factory.mktemp("fragile"), **victim.settings()) as rig:
        yield rig


@contextmanager
def load(rig: Rig) -> Iterator[list[str | None]]:
    """The block begins once one of several uploads is on its way; after it, all of them must have come to their end."""
    began = rig.plan.passes("upload.commit.after")
    documents: list[str | None] = []
    with ThreadPoolExecutor(DOCUMENTS) as pool:
        uploads = [pool.submit(rig.client.upload, text(), "notes.txt") for _ in range(DOCUMENTS)]
        uploads.append(pool.submit(rig.client.upload, broken(), "broken.pdf"))
        eventually(lambda: rig.plan.passes("upload.commit.after") > began, within=60)
        yield documents
        documents += [upload.result() for upload in uploads]
    assert rig.comes_to_rest(LONG_SECONDS) == {}
    assert [rig.events(document) for document in documents] == [INDEXED] * DOCUMENTS + [["uploaded", "failed"]]
    assert check(rig.evidence(within=60)) == []


def test_row_07_an_object_store_killed_under_load_loses_nothing(fragile: Rig, victim: Victims) -> None:
    with load(fragile), victim.away("s3"):
        assert refused(fragile)


def refused(rig: Rig) -> bool:
    """What a client that asks once is told meanwhile."""
    return rig.client.upload(text(), "notes.txt", keyed=False) is None


def during(rig: Rig, proxy: Proxy, trouble: Callable[[Proxy], None]) -> None:
    """One upload while a link is in trouble, for so long at most."""
    with ThreadPoolExecutor(1) as pool:
        trouble(proxy)
        upload = pool.submit(rig.client.upload, text(), "notes.txt", keyed=False)
        wait([upload], timeout=TROUBLE_SECONDS)
        proxy.heal()


@pytest.mark.parametrize("end", [Server.kill, Server.stop], ids=["killed", "restarted"])
def test_row_09_a_database_that_ends_under_load_loses_nothing(
    fragile: Rig, victim: Victims, end: Callable[[Server], None]
) -> None:
    with load(fragile), victim.away("postgres", end):
        assert refused(fragile)


def test_row_13_a_full_disk_refuses_uploads_holds_the_stages_back_and_loses_nothing(
    fragile: Rig, victim: Victims
) -> None:
    fragile.pause("classify")
    documents = [fragile.client.upload(text(), "notes.txt") for _ in range(DOCUMENTS)]
    before = fragile.deferred("classify")
    with full_disk(victim.services["postgres"].servers[0]):
        assert eventually(lambda: refusal(fragile, documents), within=60) == (503, "unavailable")
        fragile.resume("classify")
        eventually(lambda: fragile.deferred("classify") > before, within=60)
        eventually(lambda: fragile.function_states()["classify"] in RESTING, within=60)
        assert INDEXED[:1] in [fragile.events(document) for document in documents]
    assert fragile.comes_to_rest(LONG_SECONDS) == {}
    assert [document for document in documents if fragile.events(document) != INDEXED] == []
    assert check(fragile.evidence(within=60)) == []


def refusal(rig: Rig, accepted: list[str | None]) -> tuple[int, str] | None:
    """The status and the code of one more upload, unless there was still room for it."""
    content, headers = text(), rig.stack.headers | {"X-Filename": "notes.txt"}
    operation = rig.history.uploading(content)
    answer = requests.post(f"{rig.stack.url}/api/upload", data=content, headers=headers, timeout=60)
    told = answer.json()
    if answer.status_code == 202:
        operation.succeeded(told["document_id"])
        accepted.append(told["document_id"])
        return None
    assert int(answer.headers["Retry-After"]) > 0
    return answer.status_code, told["code"]


def test_row_14_a_broker_killed_under_load_loses_nothing(fragile: Rig, victim: Victims) -> None:
    with load(fragile), victim.away("rabbitmq"):
        accepted = fragile.client.upload(text(), "notes.txt")
    assert fragile.events(accepted) == INDEXED


def test_row_16_under_an_alarm_of_the_broker_work_goes_on_and_events_wait(fragile: Rig, victim: Victims) -> None:
    """Publishers are blocked, acknowledgements are not; what is recorded meanwhile is sent afterwards."""
    fragile.pause("classify")
    document = fragile.client.upload(text(), "notes.txt")
    victim.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1")
    try:
        eventually(lambda: management("GET", "nodes").json()[0]["mem_alarm"], within=60)
        fragile.resume("classify")
        eventually(lambda: fragile.events(document) == INDEXED[:2], within=60)
        late = fragile.client.upload(text(), "notes.txt")
        assert (fragile.events(late), unsent(late)) == (INDEXED[:1], 1)
        eventually(lambda: fragile.messages()["classify"] == 0, within=60)
    finally:
        victim.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1GB")
    assert fragile.comes_to_rest(LONG_SECONDS) == {}
    assert [fragile.events(each) for each in (document, late)] == [INDEXED] * 2
    assert check(fragile.evidence(within=60)) == []


def unsent(document: str | None) -> int:
    count = "SELECT count(*) AS events FROM events WHERE document_id = %(id)s::uuid AND sent_at IS NULL"
    return int(database.fetch(count, {"id": document})[0]["events"])


def slow(proxy: Proxy) -> None:
    proxy.latency = 0.1


def in_pieces(proxy: Proxy) -> None:
    proxy.piece = 64


@pytest.mark.parametrize(
    "trouble", [Proxy.cut, slow, in_pieces, Proxy.silence], ids=["cut", "slow", "pieces", "silent"]
)
def test_row_23_links_in_trouble_lose_nothing(fragile: Rig, victim: Victims, trouble: Callable[[Proxy], None]) -> None:
    """Each service's link in turn, while documents are under way."""
    with load(fragile):
        for proxy in victim.proxies.values():
            during(fragile, proxy, trouble)
            assert fragile.client.upload(text(), "notes.txt") is not None


def test_row_37_an_index_killed_under_load_loses_nothing(fragile: Rig, victim: Victims) -> None:
    """What must be undone in it waits too."""
    before = fragile.deferred("index")
    with load(fragile), victim.away("opensearch"):
        eventually(lambda: fragile.deferred("index") > before, within=60)
