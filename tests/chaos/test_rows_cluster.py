"""Row 22 of the fault matrix: three nodes, one of which is killed, and one that is left alone."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pipeline.broker import Control
from tests.chaos.cluster import Node, cluster, whole
from tests.chaos.messages import consuming, publish
from tests.servers import management
from tests.waiting import eventually

MESSAGES = 100
PARTED_SECONDS = 30
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def nodes(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    with cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes


@pytest.fixture
def leader(nodes: list[Node], vhost: str, monkeypatch: pytest.MonkeyPatch) -> Node:
    """Declared through the last node, which leads every queue then; clients talk to the first one."""
    with monkeypatch.context() as patch:
        patch.setenv("RABBITMQ_PORT", str(nodes[2].port))
        control = Control("test-control")
        control.declare({"classify": ["document.uploaded"], "notify": ["document.*"]}, [1])
        control.close()
    queue = management("GET", f"queues/{vhost}/classify").json()
    assert (queue["leader"], len(queue["members"])) == ("docstream2@localhost", 3)
    return nodes[2]


def confirmed_of(count: int) -> set[str | None]:
    return {publish() for _ in range(count)} - {None}


def test_row_22_a_killed_leader_loses_nothing_that_was_confirmed(leader: Node) -> None:
    eventually(publish, within=60)
    confirmed = confirmed_of(MESSAGES)
    killer = threading.Thread(target=leader.server.kill)
    killer.start()
    confirmed |= confirmed_of(MESSAGES)
    killer.join()
    eventually(publish, within=60)
    confirmed |= confirmed_of(MESSAGES)
    assert len(confirmed) > MESSAGES
    with consuming("classify") as found:
        eventually(lambda: confirmed <= found, within=60)
    leader.start()
    eventually(whole, within=120)


def test_row_22_a_leader_parted_from_its_peers_confirms_nothing_and_they_go_on(nodes: list[Node], leader: Node) -> None:
    """A partition: all three run and take connections, and one has no link to the others."""
    with leader.spoken_to():
        eventually(publish, within=60)
        confirmed = confirmed_of(MESSAGES)
        with leader.parted():
            assert confirmed_of(3) == set()
            with nodes[0].spoken_to():
                eventually(publish, within=60)
                end = time.monotonic() + PARTED_SECONDS
                while time.monotonic() < end:
                    confirmed |= confirmed_of(1)
            assert confirmed_of(1) == set()
        eventually(publish, within=120)
        confirmed |= confirmed_of(MESSAGES)
        assert len(confirmed) > 2 * MESSAGES
        with consuming("classify") as found:
            eventually(lambda: confirmed <= found, within=60)
    eventually(whole, within=120)


def test_row_22_a_minority_confirms_nothing_and_goes_on_with_its_peers(nodes: list[Node], leader: Node) -> None:
    eventually(publish, within=60)
    with ExitStack() as away:
        for node in nodes[1:]:
            away.enter_context(node.cut_off())
        assert confirmed_of(3) == set()
    eventually(publish, within=120)
