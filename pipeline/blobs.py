"""The only home of boto3: objects by key in one bucket of any S3.

Keys: <tenant>/<document_id>/original and <tenant>/<document_id>/run-<n>/<name>; never content-addressed.
"""

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from . import settings
from .circuit import guarded
from .errors import Rejected, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK_BYTES = 256 * 1024
MISSING = frozenset({"NoSuchKey", "404", "NotFound"})


def original_key(tenant: str, document_id: UUID) -> str:
    return f"{tenant}/{document_id}/original"


def run_key(tenant: str, document_id: UUID, run: int, name: str) -> str:
    return f"{run_prefix(tenant, document_id, run)}{name}"


def run_prefix(tenant: str, document_id: UUID, run: int) -> str:
    return f"{tenant}/{document_id}/run-{run}/"


def document_prefix(tenant: str, document_id: UUID) -> str:
    return f"{tenant}/{document_id}/"


def client() -> "S3Client":
    """One per process, made anew when its settings or its secret changed."""
    return connected(settings.object_store())


@functools.lru_cache(maxsize=1)
def connected(store: settings.ObjectStore) -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name=store.region,
        aws_access_key_id=store.access_key_id,
        aws_secret_access_key=store.secret_access_key,
        config=Config(
            signature_version="s3v4",
            connect_timeout=2,
            read_timeout=20,
            max_pool_connections=32,
            retries={"mode": "standard", "total_max_attempts": 3},
            s3={"addressing_style": "path" if store.path_style else "virtual"},
        ),
    )


def bucket() -> str:
    return settings.object_store().bucket


@contextmanager
def translated(key: str) -> Iterator[None]:
    """A missing object is Rejected, since no retry brings it back; everything else is the store's trouble."""
    with guarded("object-store", settings.object_store()):
        try:
            yield
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise Rejected("corrupt", f"the stored object {key.rsplit('/', 1)[-1]} is missing") from error
            raise Unavailable("the object store does not answer") from error
        except (BotoCoreError, HTTPClientError) as error:
            raise Unavailable("the object store does not answer") from error


def ping() -> None:
    """Raises Unavailable unless the store answers and has the bucket."""
    try:
        with translated("bucket"):
            client().head_bucket(Bucket=bucket())
    except Rejected as error:
        raise Unavailable(f"the object store has no bucket {bucket()!r}") from error


def write(key: str, body: bytes, media_type: str) -> None:
    with translated(key):
        client().put_object(Bucket=bucket(), Key=key, Body=body, ContentType=media_type)


def read(key: str) -> bytes:
    """The whole object; for what is known to be small."""
    with translated(key):
        return client().get_object(Bucket=bucket(), Key=key)["Body"].read()


def size(key: str) -> int:
    """In bytes."""
    with translated(key):
        return client().head_object(Bucket=bucket(), Key=key)["ContentLength"]


def download(key: str, path: Path, *, sha256: str) -> None:
    """Stream an object into a file; raises Rejected(corrupt) when it is not what was stored."""
    seen = hashlib.sha256()
    with translated(key), path.open("wb") as file:
        for chunk in client().get_object(Bucket=bucket(), Key=key)["Body"].iter_chunks(CHUNK_BYTES):
            seen.update(chunk)
            file.write(chunk)
    if seen.hexdigest() != sha256:
        raise Rejected("corrupt", "the stored original does not match its checksum")


def chunks(key: str, first: int, last: int) -> Iterator[bytes]:
    """The bytes first to last of an object, both counted, as a stream."""
    with translated(key):
        body = client().get_object(Bucket=bucket(), Key=key, Range=f"bytes={first}-{last}")["Body"]
        yield from body.iter_chunks(CHUNK_BYTES)


def keys(prefix: str) -> list[str]:
    """Every key below a prefix, in order."""
    with translated(prefix):
        pages = client().get_paginator("list_objects_v2").paginate(Bucket=bucket(), Prefix=prefix)
        return sorted(each["Key"] for page in pages for each in page.get("Contents", []))


def delete(prefix: str) -> int:
    """Delete every object of a document's prefix; returns how many."""
    if prefix.count("/") < 2:
        raise ValueError(f"{prefix!r} is no document's prefix")
    found = keys(prefix)
    with translated(prefix):
        for key in found:
            client().delete_object(Bucket=bucket(), Key=key)
    return len(found)
