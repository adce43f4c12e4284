"""The secrets of connector and services as manifests: python -m deploy.kubernetes.secrets FOLDER | kubectl apply -f -

FOLDER holds one file per secret; what is missing is generated. The functions' own go through the gateway
(deploy/secrets.sh).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local import credentials, postgres, rabbitmq

CONNECTOR = (
    "docstream-db-owner",
    "docstream-broker-connector",
    "docstream-s3",
    "docstream-search",
    "docstream-events-key",
    "docstream-basic-auth-password",
)
SETTINGS = Path(__file__).parent / "settings.env"


def settings() -> dict[str, str]:
    return dict(line.split("=", 1) for line in SETTINGS.read_text(encoding="ascii").splitlines() if line)


def manifests(folder: Path) -> dict[str, Any]:
    """A list that kubectl takes; safe to apply again. Raises FileNotFoundError."""
    known = {name: credentials.read(folder, name) for name in credentials.GENERATORS}
    roles = {secret: role for role, (secret, _) in postgres.ROLES.items()}
    secrets = [
        secret("docstream", "connector", {name: known[name] for name in CONNECTOR}),
        secret("docstream", "scaler", {"host": queues(known["docstream-broker-connector"])}),
        *(
            secret("docstream-services", name, login(role, known[name]), kind="kubernetes.io/basic-auth")
            for name, role in roles.items()
        ),
        secret("docstream-services", "docstream-search", login("docstream", known["docstream-search"])),
        secret("docstream-services", "broker-definitions", {"definitions.json": rabbitmq.definitions(folder)}),
        secret("docstream-services", "s3-identities", {"seaweedfs_s3_config": identities(known["docstream-s3"])}),
    ]
    return {"apiVersion": "v1", "kind": "List", "items": secrets}


def secret(namespace: str, name: str, texts: Mapping[str, str], kind: str = "Opaque") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"namespace": namespace, "name": name, "labels": {"app.kubernetes.io/part-of": "docstream"}},
        "type": kind,
        "stringData": dict(texts),
    }


def login(user: str, password: str) -> dict[str, str]:
    return {"username": user, "password": password}


def queues(password: str) -> str:
    """Where KEDA asks how long the queues are."""
    at = settings()
    address = f"{at['RABBITMQ_HOST']}:{at['RABBITMQ_PORT']}/{at['RABBITMQ_VHOST']}"
    return f"amqp://docstream_connector:{quote(password, safe='')}@{address}"


def identities(password: str) -> str:
    """Who may what at SeaweedFS: one user, one bucket, and making it."""
    bucket = settings()["S3_BUCKET"]
    allowed = [f"{action}:{bucket}" for action in ("Admin", "Read", "Write", "List", "Tagging")]
    user = settings()["AWS_ACCESS_KEY_ID"]
    keys = [{"accessKey": user, "secretKey": password}]
    return json.dumps({"identities": [{"name": user, "credentials": keys, "actions": allowed}]})


def main() -> None:
    folder = Path(sys.argv[1])
    credentials.generate(folder)
    json.dump(manifests(folder), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
