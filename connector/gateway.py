"""Calls to the OpenFaaS gateway: one kept connection per thread."""

import email.utils
import json
import ssl
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import wait_for_read

from .outcome import Answer

LISTING_SECONDS = 10
CONNECT_SECONDS = 3.05


class Gateway:
    """url without a trailing slash; seconds is how long a function may take to answer."""

    def __init__(self, url: str, *, user: str, password: str, seconds: float) -> None:
        self.url, self.seconds = url.rstrip("/"), seconds
        self._address = urlsplit(self.url)
        self._credentials = (user, password)
        self._local = threading.local()

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST to a function; never raises for what the network or the function does.

        refused: nothing was sent. timeout and cut: the function may have run.
        """
        line = self._line()
        try:
            self._connect(line)
        except OSError as error:
            line.close()
            return Answer(trouble="refused", reason=described(error))
        try:
            line.request("POST", f"{self._address.path}/function/{function}", body, dict(headers))
            response = line.getresponse()
            return answer(response.status, response.headers, response.read())
        except (OSError, HTTPException) as error:
            line.close()
            return Answer(trouble="timeout" if isinstance(error, TimeoutError) else "cut", reason=described(error))

    def hang_up(self) -> None:
        """Close the connection of this thread, which makes no more calls."""
        self._line().close()

    def functions(self) -> list[dict[str, Any]]:
        """The deployed functions; raises requests.RequestException without an answer, ValueError when it is no list."""
        with requests.Session() as session:
            # The gateway is never behind the proxy that the environment may name for the rest of the world.
            session.trust_env = False
            timeout = (CONNECT_SECONDS, LISTING_SECONDS)
            response = session.get(f"{self.url}/system/functions", auth=self._credentials, timeout=timeout)
        response.raise_for_status()
        listing = response.json()
        if not isinstance(listing, list):
            raise ValueError("the gateway's list of functions is no list")
        return listing

    def _line(self) -> HTTPConnection:
        """One kept connection per thread: a session of requests would take four times as long as the call itself."""
        line: HTTPConnection | None = getattr(self._local, "line", None)
        if line is None:
            if self._address.scheme == "https":
                trusted = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
                line = HTTPSConnection(self._address.netloc, context=trusted)
            else:
                line = HTTPConnection(self._address.netloc)
            self._local.line = line
        return line

    def _connect(self, line: HTTPConnection) -> None:
        """Where there is no connection, or its other end has closed it meanwhile; raises OSError."""
        if line.sock is not None and wait_for_read(line.sock, timeout=0):
            line.close()
        if line.sock is None:
            line.timeout = CONNECT_SECONDS
            line.connect()
            connected: Any = line.sock
            connected.settimeout(self.seconds)


def described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def answer(status: int, headers: Message, content: bytes) -> Answer:
    said = problem(status, headers.get("Content-Type", ""), content)
    return Answer(
        status=status,
        internal=headers.get("X-OpenFaaS-Internal"),
        retry_after=seconds_of(headers.get("Retry-After"), datetime.now(UTC)),
        code=string(said.get("code")),
        reason=string(said.get("detail")),
        permanent=status >= 400 and said.get("permanent") is True,
    )


def problem(status: int, content_type: str, content: bytes) -> dict[str, Any]:
    """The problem details of a refusal; empty when the answer is not ours."""
    if status < 400 or "json" not in content_type:
        return {}
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def string(value: object) -> str | None:
    """What a header can carry: not too long, and without halves of characters."""
    return value[:500].encode(errors="replace").decode() if isinstance(value, str) else None


def seconds_of(value: str | None, now: datetime) -> float | None:
    """Retry-After as seconds from now: a number or an HTTP date; None for anything else."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
