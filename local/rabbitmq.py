"""RabbitMQ from the distribution: an own node with an own name server; users, rights and policies from a file."""

import base64
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import credentials, probe
from local.progress import Report
from local.server import Server, own_folder
from local.site import Site

VHOST = "docstream"
EVENTS_AND_OWN_QUEUES = r"^(documents|amq\.gen.*)$"
EVENTS_AND_REPLAYS = r"^(documents|documents-requeue|amq\.gen.*)$"
OWN_QUEUES = r"^amq\.gen.*$"
EVERYTHING_DOCSTREAM = r"^(documents.*|delay\..+|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$"
EVERYTHING_AND_DEFAULT = r"^(documents.*|delay\..+|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?|amq\.default)$"

USERS = {
    "docstream": ("docstream-broker", "", (OWN_QUEUES, EVENTS_AND_REPLAYS, EVENTS_AND_OWN_QUEUES)),
    "docstream_connector": (
        "docstream-broker-connector",
        "",
        (EVERYTHING_DOCSTREAM, EVERYTHING_AND_DEFAULT, EVERYTHING_DOCSTREAM),
    ),
    "docstream_ops": ("docstream-broker-ops", "administrator", (".*", ".*", ".*")),
}
"""User: its secret, its tag, and the names it may configure, write and read."""

POLICY = {
    "vhost": VHOST,
    "name": "work-length",
    "pattern": "^(classify|extract|index)$",
    "apply-to": "queues",
    "priority": 0,
    "definition": {"max-length": 100000},
}


def definitions(secret_folder: Path) -> str:
    """What the broker reads at every start, as JSON; holds salted hashes, no password."""
    users, permissions = [], []
    for user, (secret, tags, (configure, write, read)) in USERS.items():
        hashed = password_hash(credentials.read(secret_folder, secret), secrets.token_bytes(4))
        users.append(
            {"name": user, "password_hash": hashed, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}
        )
        permissions.append({"user": user, "vhost": VHOST, "configure": configure, "write": write, "read": read})
    return json.dumps(
        {"vhosts": [{"name": VHOST}], "users": users, "permissions": permissions, "policies": [POLICY]}, indent=1
    )


def password_hash(password: str, salt: bytes) -> str:
    """As RabbitMQ stores it: base64 of four bytes of salt and SHA-256 over salt and password."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def limits(definitions_file: Path) -> str:
    """The part of rabbitmq.conf that a container shares with a process; no guest appears when users are loaded."""
    return f"""\
load_definitions = {definitions_file}
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
"""


def configuration(port: int, management_port: int, definitions_file: Path) -> str:
    return f"""\
{limits(definitions_file)}\
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
log.console = true
log.console.level = info
log.console.use_colors = off
log.file = false
"""


@dataclass(frozen=True)
class RabbitMQ:
    site: Site
    name = "RabbitMQ"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.site.port('rabbitmq')}"

    @property
    def folder(self) -> Path:
        return self.site.folder("rabbitmq")

    @property
    def servers(self) -> list[Server]:
        """The broker first: the name server ends after it."""
        return [self._broker(), self._name_server()]

    def missing_packages(self) -> list[str]:
        return [] if _program() else ["rabbitmq-server"]

    def answers(self) -> bool:
        management = f"http://127.0.0.1:{self.site.port('rabbitmq-management')}/api/vhosts/{VHOST}"
        password = credentials.read(self.site.secrets, "docstream-broker-ops")
        status = probe.http_status(management, user="docstream_ops", password=password)
        return status == 200 and probe.speaks_amqp(self.site.port("rabbitmq"))

    def start(self, report: Report) -> None:
        broker, name_server = self.servers
        own_folder(self.folder, None)
        if name_server.pid() is None:
            name_server.launch()
        if broker.pid() is None:
            self._write_files()
        broker.start(self.answers, within=120)

    def _write_files(self) -> None:
        definitions_file = self.folder / "definitions.json"
        credentials.write_private(definitions_file, definitions(self.site.secrets))
        text = configuration(self.site.port("rabbitmq"), self.site.port("rabbitmq-management"), definitions_file)
        (self.folder / "rabbitmq.conf").write_text(text, encoding="ascii")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="ascii")
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            credentials.write_private(cookie, secrets.token_hex(20), 0o400)

    def _name_server(self) -> Server:
        command = ["epmd", "-address", "127.0.0.1", "-port", str(self.site.port("rabbitmq-names"))]
        return Server(name="epmd", folder=self.folder, command=command)

    def _broker(self) -> Server:
        environment = {
            "RABBITMQ_NODENAME": "docstream@localhost",
            "RABBITMQ_DIST_PORT": str(self.site.port("rabbitmq-distribution")),
            "ERL_EPMD_PORT": str(self.site.port("rabbitmq-names")),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "node.pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(self.folder / "feature_flags"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            # One scheduler that does not spin while idle, and no node-to-node port on other interfaces.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            # The start script then becomes the broker instead of waiting for it in a shell.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
        return Server(
            name="rabbitmq", folder=self.folder, command=[_program() or "rabbitmq-server"], environment=environment
        )


def _program() -> str | None:
    """The broker's own start script; the one in PATH insists on the distribution's account and folders."""
    found = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    return str(found[-1]) if found and shutil.which("epmd") else None
