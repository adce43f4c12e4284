"""Who may do what on the broker, as its permission patterns say."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from local import credentials, rabbitmq

CONFIGURE, WRITE, READ = range(3)
QUEUES = ["classify", "ocr-2", "compensate", "parking", "delay.30", "delay.900"]
EXCHANGES = ["documents", "documents-dlx", "documents-requeue", "documents-delay-30"]
STRANGERS = ["Other", "amq.topic", "orders.created", "-x", "x_y"]


def may(user: str, right: int, resource: str) -> bool:
    pattern = rabbitmq.USERS[user][2][right]
    return re.search(pattern, resource) is not None


@pytest.mark.parametrize("resource", [*QUEUES, *EXCHANGES])
def test_the_connector_runs_the_whole_topology(resource: str) -> None:
    assert all(may("docstream_connector", right, resource) for right in (CONFIGURE, WRITE, READ))


@pytest.mark.parametrize("resource", STRANGERS)
def test_the_connector_may_touch_nothing_else(resource: str) -> None:
    assert not any(may("docstream_connector", right, resource) for right in (CONFIGURE, WRITE, READ))


def test_only_the_connector_writes_to_the_default_exchange() -> None:
    assert may("docstream_connector", WRITE, "amq.default")
    assert not may("docstream_connector", CONFIGURE, "amq.default")
    assert not may("docstream", WRITE, "amq.default")


@pytest.mark.parametrize("resource", [*QUEUES, *EXCHANGES, "xamq.gen-1"])
def test_functions_configure_nothing_that_lasts(resource: str) -> None:
    assert not may("docstream", CONFIGURE, resource)


def test_functions_write_and_read_events_and_their_own_queues() -> None:
    for resource in ("documents", "amq.gen-Xa1"):
        assert may("docstream", WRITE, resource)
        assert may("docstream", READ, resource)
    assert may("docstream", CONFIGURE, "amq.gen-Xa1")
    assert may("docstream", WRITE, "documents-requeue")
    assert not may("docstream", WRITE, "documents-dlx")
    assert not may("docstream", READ, "documents-dlx")
    assert not may("docstream", READ, "classify")


def test_definitions_hold_no_password(tmp_path: Path) -> None:
    credentials.generate(tmp_path)
    text = rabbitmq.definitions(tmp_path)
    assert not [path.name for path in tmp_path.iterdir() if path.read_text() in text]
    assert [user["name"] for user in json.loads(text)["users"]] == list(rabbitmq.USERS)


def test_a_password_hash_is_salt_and_digest() -> None:
    decoded = base64.b64decode(rabbitmq.password_hash("secret", b"salt"))
    assert decoded == b"salt" + hashlib.sha256(b"saltsecret").digest()


def test_only_work_queues_are_bounded() -> None:
    pattern = str(rabbitmq.POLICY["pattern"])
    bounded = [name for name in [*QUEUES, "classify", "extract", "index", "notify"] if re.search(pattern, name)]
    assert set(bounded) == {"classify", "extract", "index"}
