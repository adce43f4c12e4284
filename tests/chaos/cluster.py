"""Three brokers that hold every queue together."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from local import probe, rabbitmq, site
from local.credentials import write_private
from local.server import Server
from pipeline import broker, settings
from tests.servers import management
from tests.waiting import eventually

NAMES = [f"docstream{number}@localhost" for number in range(3)]
FORMATION = (
    "cluster_partition_handling = pause_minority\ncluster_formation.peer_discovery_backend = classic_config\n"
) + "".join(f"cluster_formation.classic_config.nodes.{number} = {name}\n" for number, name in enumerate(NAMES, 1))
START_SECONDS = 120


# A node that knows another secret for its peers lets none of them in, and is let in by none.
PART = "[begin erlang:set_cookie(Peer, parted), erlang:disconnect_node(Peer) end || Peer <- {peers}]."
MEND = "[begin erlang:set_cookie(Peer, erlang:get_cookie()), net_adm:ping(Peer) end || Peer <- {peers}]."


@dataclass(frozen=True)
class Node:
    name: str
    server: Server
    port: int

    def start(self) -> None:
        self.server.start(lambda: probe.speaks_amqp(self.port), START_SECONDS)

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """It answers nobody during the block, neither clients nor its peers."""
        pid = self.server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @contextmanager
    def parted(self) -> Iterator[None]:
        """No link to its peers during the block, and no new one; clients reach it and them."""
        self._evaluate(PART)
        try:
            yield
        finally:
            self._evaluate(MEND)

    @contextmanager
    def spoken_to(self) -> Iterator[None]:
        """By the clients of this process, during the block."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RABBITMQ_PORT", str(self.port))
            broker.close()
            yield
        broker.close()

    def _evaluate(self, expression: str) -> None:
        peers = ", ".join(f"'{name}'" for name in NAMES if name != self.name)
        program = Path(self.server.command[0]).with_name("rabbitmqctl")
        subprocess.run(
            [program, "--node", self.name, "eval", expression.format(peers=f"[{peers}]")],
            env={**os.environ, **self.server.environment, "HOME": str(self.server.folder)},
            check=True,
            capture_output=True,
            timeout=60,
        )


@contextmanager
def cluster(home: Path) -> Iterator[list[Node]]:
    """Started here, and this process is set to use the first node."""
    shutil.copytree(settings.secrets_directory(), home / "secrets")
    first = site.plan(home, "native")
    names = rabbitmq.RabbitMQ(first).servers[1]
    nodes: list[Node] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RABBITMQ_HOST", "RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_URL"):
            patch.setenv(name, first.environment()[name])
        try:
            names.launch()
            for number in range(3):
                nodes.append(made(number, home, first))
                nodes[-1].start()
            eventually(whole, within=60)
            yield nodes
        finally:
            broker.close()
            for server in [*(node.server for node in nodes), names]:
                server.stop()
            shutil.rmtree(first.data, ignore_errors=True)


def whole() -> bool:
    """All three know each other."""
    return [each["running"] for each in management("GET", "nodes").json()] == [True] * 3


def made(number: int, home: Path, first: site.Site) -> Node:
    """Its ports are those that are free once the nodes before it run."""
    folder = home / f"node{number}"
    folder.mkdir()
    here = first if number == 0 else replace(site.plan(home, "native"), home=home)
    ports = here.port("rabbitmq"), here.port("rabbitmq-management")
    definitions = folder / "definitions.json"
    write_private(definitions, rabbitmq.definitions(here.secrets))
    (folder / "rabbitmq.conf").write_text(rabbitmq.configuration(*ports, definitions) + FORMATION, encoding="ascii")
    (folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="ascii")
    write_private(folder / ".erlang.cookie", "docstreamchaos", 0o400)
    single = rabbitmq.RabbitMQ(here)
    environment = {
        name: value.replace(str(single.folder), str(folder)) for name, value in single.servers[0].environment.items()
    }
    environment |= {"RABBITMQ_NODENAME": NAMES[number], "ERL_EPMD_PORT": str(first.port("rabbitmq-names"))}
    return Node(NAMES[number], replace(single.servers[0], folder=folder, environment=environment), ports[0])
