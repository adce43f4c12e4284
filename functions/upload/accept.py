"""What a request to upload may say, and what is made of it; pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import UUID, uuid4, uuid5

from pipeline.errors import BadRequest
from pipeline.json_object import json_object
from pipeline.parameters import only, refused

PARAMETERS = ("duplicates",)
KEY_CHARS = 255
METADATA_BYTES = 8_192
METADATA_DEPTH = 16
ITEM_NAMESPACE = UUID("9a7c3f0e-53c7-5b1d-8d0f-0f6a5f2c7d11")
EXTENDED = re.compile(r"(?P<charset>utf-8|iso-8859-1)'[A-Za-z0-9-]*'(?P<value>.*)", re.IGNORECASE)
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One request to upload; id is the cause of every event it leads to."""

    tenant: str
    correlation_id: UUID
    idempotency_key: str | None
    allow_duplicates: bool
    traceparent: str | None
    id: UUID = field(default_factory=uuid4)


def command(headers: Mapping[str, str], query: Mapping[str, str], tenant: str) -> Command:
    """Raises BadRequest, naming the header or parameter."""
    only(query, PARAMETERS)
    duplicates = query.get("duplicates", "refer")
    if duplicates not in ("refer", "allow"):
        raise refused("duplicates is 'allow' or left out")
    traceparent = headers.get("traceparent", "")
    return Command(
        tenant=tenant,
        correlation_id=correlation_id(headers.get("x-correlation-id") or headers.get("x-call-id")),
        idempotency_key=idempotency_key(headers.get("idempotency-key")),
        allow_duplicates=duplicates == "allow",
        traceparent=traceparent if TRACEPARENT.fullmatch(traceparent) else None,
    )


def correlation_id(header: str | None) -> UUID:
    try:
        return UUID(header or "")
    except ValueError:
        return uuid4()


def idempotency_key(header: str | None) -> str | None:
    """A structured-field string, or the bare key that most clients send."""
    if header is None:
        return None
    key = re.sub(r"\\(.)", r"\1", header[1:-1]) if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not 1 <= len(key) <= KEY_CHARS or not key.isascii() or not key.isprintable():
        raise BadRequest(
            f"Idempotency-Key has 1 to {KEY_CHARS} printable ASCII characters", code="invalid-idempotency-key"
        )
    return key


def item_key(batch_key: str, index: int) -> str:
    """Every file of a request has a key of its own, so that each can be repeated by itself."""
    return str(uuid5(ITEM_NAMESPACE, f"{batch_key}|{index}"))


def fingerprint(command: Command, filename: str, metadata: Mapping[str, Any], sha256: str) -> str:
    """What must be the same for two requests under one key to be the same request."""
    said = [command.tenant, filename, json.dumps(metadata, sort_keys=True), command.allow_duplicates, sha256]
    return hashlib.sha256(json.dumps(["POST", "/upload", *said]).encode()).hexdigest()


def header_filename(header: str) -> str:
    """The value of X-Filename: plain, percent-encoded, or as in RFC 5987 (UTF-8''na%C3%AFve.pdf)."""
    extended = EXTENDED.fullmatch(header)
    if extended:
        return unquote_to_bytes(extended["value"]).decode(extended["charset"], errors="replace")
    return unquote_to_bytes(header.encode("latin-1")).decode("utf-8", errors="replace")


def metadata(content: bytes | str) -> dict[str, Any]:
    """The JSON object a client sends along; raises BadRequest for what JSON or PostgreSQL cannot hold."""
    if len(content) > METADATA_BYTES:
        raise BadRequest(f"metadata has more than {METADATA_BYTES} bytes", code="metadata-too-large")
    found = json_object(content, levels=METADATA_DEPTH)
    if found is None:
        raise BadRequest(
            f"metadata is a JSON object of at most {METADATA_DEPTH} levels, without NUL characters",
            code="invalid-metadata",
        )
    return found
