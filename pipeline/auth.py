"""Who may call: signed events from the connector, API keys and session cookies from clients."""

import functools
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from starlette.requests import HTTPConnection

from . import settings
from .database import Cursor, fetch, transaction
from .errors import BadSignature, Forbidden, Unauthorized

SCOPES = frozenset({"read", "write", "operate"})
TIMESTAMP_HEADER = "X-Docstream-Timestamp"
SIGNATURE_HEADER = "X-Docstream-Signature"
SIGNATURE_SECONDS = 300
SESSION_COOKIE = "docstream_session"
SESSION_SECONDS = 12 * 3600
CACHE_SECONDS = 3


def digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def signing_key() -> None:
    """Raises MissingSetting unless the key that connector and stages share is there."""
    settings.secret("docstream-events-key")


def cookie_key() -> None:
    """Raises MissingSetting unless the key that session cookies are signed with is there."""
    settings.secret("docstream-session-key")


def sign(timestamp: int, body: bytes, key: str | None = None) -> str:
    """HMAC-SHA256 over `<unix seconds>.` and the body, as `sha256=<hex>`."""
    return "sha256=" + digest(key or settings.secret("docstream-events-key"), f"{timestamp}.".encode() + body)


@functools.lru_cache(maxsize=1)
def _key_of_the_second(folder: Path, second: int) -> str:
    """Whoever signs a thousand times a second reads the file once."""
    return settings.secret("docstream-events-key")


def signed_headers(body: bytes) -> dict[str, str]:
    """A rotated key counts from the next second on."""
    timestamp = int(time.time())
    key = _key_of_the_second(settings.secrets_directory(), timestamp)
    return {TIMESTAMP_HEADER: str(timestamp), SIGNATURE_HEADER: sign(timestamp, body, key)}


def verify(headers: Mapping[str, str], body: bytes) -> None:
    """Raises BadSignature unless the connector signed this body within the last five minutes."""
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise BadSignature("unsigned", "the request carries no signature of the connector")
    if not hmac.compare_digest(headers.get(SIGNATURE_HEADER, "").encode(), sign(int(timestamp), body).encode()):
        raise BadSignature("wrong", "the signature does not match the body")
    if abs(time.time() - int(timestamp)) > SIGNATURE_SECONDS:
        old = f"the signature is older than {SIGNATURE_SECONDS} seconds"
        raise BadSignature("stale", old, code="signature-expired")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A caller: an API key or a session opened with one."""

    key_id: UUID
    tenant: str
    scopes: frozenset[str]


_known: dict[tuple[str, object], tuple[float, Principal]] = {}
"""Keys seen within CACHE_SECONDS: a revoked key stops working that much later."""


def caller(connection: HTTPConnection) -> Principal:
    """Whose key or session a request or a WebSocket carries; raises Unauthorized."""
    token = bearer(connection)
    session = connection.cookies.get(SESSION_COOKIE)
    if token:
        return holder(token)
    if session:
        return known("id", session_key(session))
    raise Unauthorized("send an API key as `Authorization: Bearer …`")


def authenticate(connection: HTTPConnection, scope: str) -> Principal:
    """The caller; raises Unauthorized, or Forbidden when the key lacks the scope."""
    principal = caller(connection)
    if scope not in principal.scopes:
        raise Forbidden(f"this key lacks the scope {scope!r}; it has {', '.join(sorted(principal.scopes))}")
    return principal


def bearer(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else connection.headers.get("x-api-key")


def holder(token: str) -> Principal:
    """Whose API key this is; raises Unauthorized."""
    return known("hash", hashlib.sha256(token.encode()).digest())


def known(column: str, value: object) -> Principal:
    moment = time.monotonic()
    seen = _known.get((column, value))
    if seen is None or seen[0] < moment:
        statement = f"SELECT id, tenant, scopes FROM api_keys WHERE {column} = %(value)s AND revoked_at IS NULL"
        rows = fetch(statement, {"value": value})
        if not rows:
            raise Unauthorized("this API key is not known or was revoked")
        if len(_known) > 10_000:
            _known.clear()
        row = rows[0]
        principal = Principal(key_id=row["id"], tenant=row["tenant"], scopes=frozenset(row["scopes"]))
        seen = _known[column, value] = (moment + CACHE_SECONDS, principal)
    return seen[1]


def session_cookie(key_id: UUID) -> str:
    """A signed cookie value: key id and expiry in unix seconds."""
    content = f"{key_id}.{int(time.time()) + SESSION_SECONDS}"
    return f"{content}.{digest(settings.secret('docstream-session-key'), content.encode())}"


def session_key(cookie: str) -> UUID:
    """The key id in a session cookie; raises Unauthorized when it is forged or expired."""
    content, _, signature = cookie.rpartition(".")
    expected = digest(settings.secret("docstream-session-key"), content.encode())
    key_id, _, expiry = content.partition(".")
    if not hmac.compare_digest(signature.encode(), expected.encode()) or int(expiry) < time.time():
        raise Unauthorized("the session has ended; sign in again", code="session-expired")
    return UUID(key_id)


def new_token() -> str:
    return f"dsk_{secrets.token_urlsafe(32)}"


def ensure_key(token: str, *, tenant: str, scopes: frozenset[str], name: str) -> None:
    """Store the hash of a key, once; the key itself is kept nowhere."""
    with transaction() as tx:
        keep(tx, uuid4(), token, tenant=tenant, scopes=scopes, name=name)


def keep(tx: Cursor, key_id: UUID, token: str, *, tenant: str, scopes: frozenset[str], name: str) -> None:
    tx.execute(
        """
        INSERT INTO api_keys (id, tenant, name, hash, scopes)
        VALUES (%(id)s, %(tenant)s, %(name)s, %(hash)s, %(scopes)s) ON CONFLICT (hash) DO NOTHING
        """,
        {
            "id": key_id,
            "tenant": tenant,
            "name": name,
            "hash": hashlib.sha256(token.encode()).digest(),
            "scopes": sorted(scopes),
        },
    )
