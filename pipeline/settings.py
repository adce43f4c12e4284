"""Every setting and every secret is read here, from the environment and from secret files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1_000_000


class MissingSetting(RuntimeError):
    """A setting or a secret that has no default is absent; the message names it."""


def text(name: str, default: str | None = None) -> str:
    """The value of one environment variable, where empty is absent; raises MissingSetting without a default."""
    value = os.environ.get(name) or default
    if value is None:
        raise MissingSetting(f"the environment variable {name} is not set")
    return value


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal():
        raise MissingSetting(f"the environment variable {name} is {value!r}, expected a whole number")
    return int(value)


def secrets_directory() -> Path:
    """Where OpenFaaS mounts secrets; the name of the variable is OpenFaaS's own."""
    return Path(text("secret_mount_path", "/var/openfaas/secrets"))


def secret(name: str) -> str:
    """Read a secret file anew each time, so that a rotated secret counts at once."""
    path = secrets_directory() / name
    try:
        return path.read_text().strip()
    except OSError as error:
        raise MissingSetting(f"the secret {name} is not readable: {error.strerror}") from error


def secret_of(thing: str, user: str) -> str:
    """The password of a user: docstream has docstream-<thing>, docstream_read has docstream-<thing>-read."""
    return secret(f"docstream-{thing}" + user.removeprefix("docstream").replace("_", "-"))


@dataclass(frozen=True, kw_only=True)
class Postgres:
    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)


def postgres() -> Postgres:
    user = text("PGUSER", "docstream")
    return Postgres(
        host=text("PGHOST"),
        port=number("PGPORT", 5432),
        database=text("PGDATABASE", "docstream"),
        user=user,
        password=secret_of("db", user),
    )


@dataclass(frozen=True, kw_only=True)
class Broker:
    host: str
    port: int
    vhost: str
    user: str
    password: str = field(repr=False)


def broker() -> Broker:
    user = text("RABBITMQ_USER", "docstream")
    return Broker(
        host=text("RABBITMQ_HOST"),
        port=number("RABBITMQ_PORT", 5672),
        vhost=text("RABBITMQ_VHOST", "docstream"),
        user=user,
        password=secret_of("broker", user),
    )


@dataclass(frozen=True, kw_only=True)
class ObjectStore:
    endpoint: str
    region: str
    bucket: str
    path_style: bool
    access_key_id: str
    secret_access_key: str = field(repr=False)


def object_store() -> ObjectStore:
    return ObjectStore(
        endpoint=text("AWS_ENDPOINT_URL_S3"),
        region=text("AWS_REGION", "us-east-1"),
        bucket=text("S3_BUCKET", "docstream"),
        path_style=text("S3_ADDRESSING_STYLE", "path") == "path",
        access_key_id=text("AWS_ACCESS_KEY_ID"),
        secret_access_key=secret("docstream-s3"),
    )


@dataclass(frozen=True, kw_only=True)
class SearchServer:
    url: str
    index: str
    user: str | None
    ca_certificate: str | None
    shards: int
    replicas: int
    refresh: str
    password: str | None = field(repr=False)


def search_server() -> SearchServer:
    """Without a user no password is sent. refresh is `true`, or `wait_for` on a busy cluster."""
    user = os.environ.get("OPENSEARCH_USER") or None
    return SearchServer(
        url=text("OPENSEARCH_URL"),
        index=text("OPENSEARCH_INDEX", "documents"),
        user=user,
        ca_certificate=os.environ.get("OPENSEARCH_CA_CERT") or None,
        shards=number("OPENSEARCH_SHARDS", 1),
        replicas=number("OPENSEARCH_REPLICAS", 0),
        refresh=text("OPENSEARCH_REFRESH", "true"),
        password=secret("docstream-search") if user else None,
    )


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    url: str
    model: str
    context_tokens: int
    seconds: int


def language_model() -> LanguageModel | None:
    """Ollama's address in its own variable, which may lack the scheme; None when no model server is configured."""
    address = os.environ.get("OLLAMA_HOST")
    if not address:
        return None
    return LanguageModel(
        url=(address if "://" in address else f"http://{address}").rstrip("/"),
        model=text("OLLAMA_MODEL", "qwen2.5:3b"),
        context_tokens=number("OLLAMA_CONTEXT_TOKENS", 4_096),
        seconds=number("OLLAMA_SECONDS", 20),
    )


def embedding_model_path() -> Path | None:
    """A folder with tokenizer.json and onnx/model.onnx; None means the packaged model."""
    path = os.environ.get("EMBEDDING_MODEL_PATH")
    return Path(path) if path else None


def operator_tenant() -> str:
    """Whose operators also see what belongs to no tenant, and make keys for the others."""
    return text("OPERATOR_TENANT", "default")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a document may be; every refusal names the one it met."""

    upload_bytes: int
    batch_documents: int
    pages: int
    ocr_pages: int
    page_points: int
    image_pixels: int
    archive_bytes: int
    attachments: int
    depth: int


def limits() -> Limits:
    return Limits(
        upload_bytes=number("MAX_UPLOAD_BYTES", 200 * MEGABYTE),
        batch_documents=number("MAX_BATCH_DOCUMENTS", 100),
        pages=number("MAX_PAGES", 2_000),
        ocr_pages=number("MAX_OCR_PAGES", 500),
        page_points=number("MAX_PAGE_POINTS", 14_400),
        image_pixels=number("MAX_IMAGE_PIXELS", 90_000_000),
        archive_bytes=number("MAX_ARCHIVE_BYTES", 134_217_728),
        attachments=number("MAX_ATTACHMENTS", 100),
        depth=number("MAX_ATTACHMENT_DEPTH", 3),
    )


def environment_of(names: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with some values replaced, for a child process."""
    return {**os.environ, **names}
