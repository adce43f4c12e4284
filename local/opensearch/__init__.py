"""OpenSearch on the JVM of the distribution: one node, loopback only, with the k-NN plug-in."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import packages, probe
from local.opensearch import mountpoint
from local.opensearch.assemble import PARTS, assemble
from local.progress import Report
from local.server import Server, own_folder
from local.site import Site

VERSION = "2.19.1"
HEAP = "512m"
JAVA_VERSIONS = range(11, 24)
"""From 24 on Java has no security manager, and this version of OpenSearch needs one."""
JAVA_PACKAGES = ["openjdk-17-jre-headless", "openjdk-21-jre-headless"]

COMPILE_LATER = [
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
]
"""Ten times Java's own values: a third of the start is optimising what runs only then; searches lose nothing."""

JVM_OPTIONS = [
    *COMPILE_LATER,
    f"-Xms{HEAP}",
    f"-Xmx{HEAP}",
    "-Xss1m",
    "-XX:+UseG1GC",
    "-XX:G1ReservePercent=25",
    "-XX:InitiatingHeapOccupancyPercent=30",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.security.manager=allow",
    "-Djava.locale.providers=SPI,COMPAT",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dlog4j2.formatMsgNoLookups=true",
    "-Dopensearch.networkaddress.cache.ttl=60",
    "-Dopensearch.networkaddress.cache.negative.ttl=10",
    "-Dopensearch.distribution.type=tar",
    "-Dopensearch.bundled_jdk=false",
]


def configuration(folder: Path, port: int, transport_port: int) -> str:
    """opensearch.yml; without auto_create_index a missing alias is an error and not a new index."""
    return f"""\
cluster.name: docstream
node.name: docstream
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport_port}
discovery.type: single-node
path.data: {folder / "data"}
path.logs: {folder / "logs"}
action.auto_create_index: false
cluster.routing.allocation.disk.threshold_enabled: false
"""


@dataclass(frozen=True)
class OpenSearch:
    site: Site
    name = "OpenSearch"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.site.port('opensearch')}"

    @property
    def folder(self) -> Path:
        return self.site.folder("opensearch")

    @property
    def node(self) -> Path:
        return self.folder / f"node-{VERSION}"

    @property
    def servers(self) -> list[Server]:
        paths = [
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            f"-Djna.tmpdir={self.folder / 'tmp'}",
            f"-Dopensearch.path.home={self.node}",
            f"-Dopensearch.path.conf={self.folder / 'config'}",
        ]
        main = ["-cp", f"{self.node}/lib/*", "org.opensearch.bootstrap.OpenSearch"]
        command = [str(_java() or "java"), *JVM_OPTIONS, *paths, *main]
        account = self.site.account
        if account and mountpoint.is_hidden(self.folder):
            command, account = mountpoint.shown(command, self.folder / "root", account), None
        return [Server(name="opensearch", folder=self.folder, command=command, account=account)]

    def missing_packages(self) -> list[str]:
        missing = [] if _java() else [packages.first_known(JAVA_PACKAGES, otherwise="default-jre-headless")]
        if not self.node.exists() and not shutil.which("mvn"):
            missing.append("maven")
        return missing

    def answers(self) -> bool:
        health = f"http://{self.address}/_cluster/health?wait_for_status=yellow&timeout=1s"
        return probe.http_status(health) == 200

    def start(self, report: Report) -> None:
        mountpoint.check(self.folder)
        own_folder(self.folder, self.site.account)
        if not self.node.exists():
            report("OpenSearch: downloading 80 MB from Maven Central")
            assemble(self.node)
        server = self.servers[0]
        if server.pid() is None:
            self._write_files()
        server.start(self.answers, within=120)

    def _write_files(self) -> None:
        for name in ("config", "data", "logs", "root", "tmp"):
            own_folder(self.folder / name, self.site.account)
        ports = self.site.port("opensearch"), self.site.port("opensearch-transport")
        text = configuration(self.folder, *ports)
        (self.folder / "config" / "opensearch.yml").write_text(text, encoding="utf-8")
        shutil.copyfile(PARTS / "log4j2.properties", self.folder / "config" / "log4j2.properties")


def _java() -> Path | None:
    """A Java that this version runs on; the oldest one that fits, as it is the best tried."""
    fitting = {}
    for java in Path("/usr/lib/jvm").glob("*/bin/java"):
        release = java.parent.parent / "release"
        named = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
        if named and int(named[1]) in JAVA_VERSIONS:
            fitting[int(named[1])] = java
    return fitting[min(fitting)] if fitting else None
