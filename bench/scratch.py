"""A database and an index of one's own on the services of this machine, and a process of `query` that reads them."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import requests

from local import services
from pipeline import auth, database
from pipeline.search.client import asking
from pipeline.search.index import alias
from tests.servers import administer

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
ROW = """
    INSERT INTO documents (id, tenant, state, run, searchable_run, sequence, filename, media_type, size, sha256,
                           original_key, correlation_id, created_at, updated_at)
    SELECT id, %(tenant)s, 'indexed', 1, 1, 4, 'document.pdf', 'application/pdf', 1, '', '', id, now(), now()
    FROM unnest(%(ids)s::uuid[]) AS id
"""


@dataclass(frozen=True, kw_only=True)
class Scratch:
    """query is the address of the function; key reads as tenant."""

    query: str
    key: str
    tenant: str


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Everything is gone afterwards. Sets the environment of this process. Raises ServiceError without services."""
    name = f"bench_{uuid4().hex[:12]}"
    os.environ.update(services.environment())
    os.environ |= {"PGDATABASE": "postgres", "PGUSER": "docstream_owner", "OPENSEARCH_INDEX": name.replace("_", "-")}
    administer(f"CREATE DATABASE {name}")
    try:
        os.environ["PGDATABASE"] = name
        database.migrate()
        key = f"dsk_{secrets.token_urlsafe(24)}"
        auth.ensure_key(key, tenant=name, scopes=frozenset({"read"}), name="bench")
        with _query() as address:
            yield Scratch(query=address, key=key, tenant=name)
    finally:
        database.close()
        administer(f"DROP DATABASE {name} WITH (FORCE)")
        with asking() as client:
            # An index whose vectors are being merged goes only once the merge has stopped.
            patience = {"ignore_unavailable": "true", "request_timeout": START_SECONDS}
            client.indices.delete(index=f"{alias()}-v1", params=patience)


def accepted(documents: Sequence[UUID], tenant: str) -> None:
    """Rows of documents whose first run can be searched."""
    with database.transaction() as tx:
        tx.execute(ROW, {"ids": [str(each) for each in documents], "tenant": tenant})


@contextmanager
def _query() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "functions.query.handler:app", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "warning", "--no-access-log"], cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/ready", timeout=30).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise RuntimeError("the function query did not start")
