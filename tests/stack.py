"""The whole product on real services: gateway, functions and connector as `make up` starts them."""

import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from cli.client import Client
from local import administrator, background, first_key
from pipeline import blobs, settings
from tests.servers import administer, dropped, management, remove_bucket
from tests.waiting import eventually

TERMINAL = frozenset({"indexed", "failed", "deleted"})
ENGINE = ("DOCKER_HOST", "DOCSTREAM_DOCKER", "DOCSTREAM_NETWORK")
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stack:
    url: str
    key: str
    home: Path
    addresses: dict[str, str]

    @property
    def client(self) -> Client:
        return Client(self.url, self.key)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def upload(self, content: bytes, filename: str, **headers: str) -> Json:
        """Upload one file as a raw body; returns the answer."""
        answer = requests.post(
            f"{self.url}/api/upload",
            data=content,
            headers=self.headers | {"X-Filename": filename} | headers,
            timeout=60,
        )
        assert answer.status_code == 202, answer.text
        body: Json = answer.json()
        return body

    def document(self, identity: str) -> Json:
        body: Json = self.client.get(f"/api/documents/{identity}")
        return body

    def ended(self, identity: str, within: float = 120) -> Json:
        """The document once it is in a terminal state."""

        def terminal() -> Json | None:
            document = self.document(identity)
            return document if document["state"] in TERMINAL else None

        document = eventually(terminal, within=within)
        assert document is not None
        return document


def copied_secrets(home: Path) -> None:
    shutil.copytree(settings.secrets_directory(), home / "secrets")


@pytest.fixture(scope="session")
def stack(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    name = f"e2e-{uuid.uuid4().hex[:12]}"
    home = tmp_path_factory.mktemp("stack")
    copied_secrets(home)
    changes = {
        "PGDATABASE": name.replace("-", "_"),
        "RABBITMQ_VHOST": name,
        "S3_BUCKET": name,
        "OPENSEARCH_INDEX": name,
    }
    names = ("PGHOST", "PGPORT", "RABBITMQ_HOST", "RABBITMQ_PORT", "AWS_ENDPOINT_URL_S3", "AWS_REGION")
    kept = {
        each: os.environ[each]
        for each in (*names, "AWS_ACCESS_KEY_ID", "S3_ADDRESSING_STYLE", "OPENSEARCH_URL", "PATH")
    }
    # Where functions run as containers: the engine, and their network.
    kept |= {each: os.environ[each] for each in ENGINE if each in os.environ}
    addresses = kept | changes | {"secret_mount_path": str(home / "secrets"), "SSE_WINDOW_SECONDS": "3"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSTREAM_HOME", str(home))
        administer(f"CREATE DATABASE {changes['PGDATABASE']}")
        management("PUT", f"vhosts/{name}")
        for user in ("docstream", "docstream_connector", "docstream_ops"):
            management("PUT", f"permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        blobs.client().create_bucket(Bucket=name)
        try:
            background.start_gateway(addresses, print)
            first_key.ensure(background.owner_environment(addresses))
            background.start_connector(addresses, print)
            missing = administrator.not_ready(background.gateway_url(), 300)
            assert missing == [], f"not ready: {missing}"
            key = (home / "secrets" / "docstream-api-key").read_text().strip()
            yield Stack(url=background.gateway_url(), key=key, home=home, addresses=addresses)
        finally:
            background.stop_connector(print)
            background.stop_gateway(print)
            management("DELETE", f"vhosts/{name}")
            eventually(lambda: dropped(changes["PGDATABASE"]), within=30)
            remove_bucket(name)
            requests.delete(f"{os.environ['OPENSEARCH_URL']}/{name}-*", timeout=30)
