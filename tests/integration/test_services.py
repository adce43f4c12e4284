"""A second set of services beside the first: up, its rights, a crash, and down without a trace."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pika
import psycopg2
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from local import native, postgres, probe, s3, services, site
from local.postgres import ROLES
from local.site import Site


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Services in a home of their own; native ones, whether or not Docker answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSTREAM_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("local.compose.available", lambda: False)
        services.up(print)
        here = site.load(site.home())
        assert here is not None
        yield here
        services.clean(print)


@contextmanager
def channel(here: Site, user: str, secret: str) -> Iterator[BlockingChannel]:
    password = (here.secrets / secret).read_text()
    credentials = pika.PlainCredentials(user, password)
    place = pika.ConnectionParameters("127.0.0.1", here.port("rabbitmq"), "docstream", credentials)
    connection = pika.BlockingConnection(place)
    try:
        yield connection.channel()
    finally:
        connection.close()


def processes_of(here: Site) -> list[str]:
    """Command lines of live processes that belong to this set."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            identity = command + (process / "environ").read_bytes()
            if str(here.data).encode() in identity and int(process.name) != os.getpid():
                found.append(command.decode())
    return found


def test_everything_runs_after_up(second: Site) -> None:
    assert {state for _, _, state in services.status()} == {"running"}
    assert services.environment() == second.environment()


def test_up_leaves_alone_what_runs(second: Site) -> None:
    said: list[str] = []
    services.up(said.append)
    assert said == ["services are running"]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_logs_in_with_its_own_password_only(second: Site, role: str) -> None:
    own = second.secrets / ROLES[role][0]
    postgres.connect(second, "docstream", user=role, password=own).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        postgres.connect(second, "docstream", user=role, password=second.secrets / "docstream-api-key")


def test_nobody_logs_in_as_superuser(second: Site) -> None:
    with pytest.raises(psycopg2.OperationalError):
        postgres.connect(second, "postgres", user="postgres")


def test_functions_cannot_declare_a_queue(second: Site) -> None:
    refused = pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED")
    with channel(second, "docstream", "docstream-broker") as functions, refused:
        functions.queue_declare("classify", durable=True)


def test_functions_bind_a_queue_of_their_own_to_the_events(second: Site) -> None:
    with channel(second, "docstream_connector", "docstream-broker-connector") as connector:
        connector.exchange_declare("documents", "topic")
    with channel(second, "docstream", "docstream-broker") as functions:
        queue = functions.queue_declare("", exclusive=True).method.queue
        functions.queue_bind(queue, "documents", "document.#")
        functions.basic_publish("documents", "document.uploaded", b"{}")
        assert next(functions.consume(queue, auto_ack=True, inactivity_timeout=30))[2] == b"{}"


def test_there_is_no_guest(second: Site) -> None:
    overview = f"http://127.0.0.1:{second.port('rabbitmq-management')}/api/overview"
    assert probe.http_status(overview, user="guest", password="guest") == 401


def test_a_killed_store_comes_back_with_what_it_held(second: Site) -> None:
    with closing(s3.client(second)) as store:
        store.put_object(Bucket="docstream", Key="kept", Body=b"bytes")
        pid = s3.S3(second).servers[0].pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        services.up(print)
        assert store.get_object(Bucket="docstream", Key="kept")["Body"].read() == b"bytes"


def test_no_secret_is_visible_in_a_command_line(second: Site) -> None:
    commands = processes_of(second)
    assert len(commands) > len(native.services(second))
    secrets = [path.read_text() for path in second.secrets.iterdir()]
    assert not [command for command in commands if any(secret in command for secret in secrets)]


def test_down_leaves_no_process(second: Site) -> None:
    services.down(print)
    assert {state for _, _, state in services.status()} == {"stopped"}
    assert processes_of(second) == []
