"""Calls to the OpenFaaS gateway: one kept connection per thread."""

import email.utils
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from httptools import HttpParserError, HttpParserUpgrade

from .line import CONNECT_SECONDS, Line, Response
from .outcome import Answer

LISTING_SECONDS = 10


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
            line.connect()
        except OSError as error:
            line.close()
            return Answer(trouble="refused", reason=described(error))
        try:
            return answer(line.post(f"{self._address.path}/function/{function}", body, headers))
        except (OSError, HttpParserError, HttpParserUpgrade) as error:
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

    def _line(self) -> Line:
        """One kept connection per thread: a session of requests would take four times as long as the call itself."""
        line: Line | None = getattr(self._local, "line", None)
        if line is None:
            line = self._local.line = Line(self._address, self.seconds)
        return line


def described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def answer(response: Response) -> Answer:
    said = problem(response)
    return Answer(
        status=response.status,
        internal=response.headers.get("x-openfaas-internal"),
        retry_after=seconds_of(response.headers.get("retry-after"), datetime.now(UTC)),
        code=string(said.get("code")),
        reason=string(said.get("detail")),
        permanent=said.get("permanent") is True,
    )


def problem(response: Response) -> dict[str, Any]:
    """The problem details of a refusal; empty when the answer is not ours."""
    if response.status < 400 or "json" not in response.headers.get("content-type", ""):
        return {}
    try:
        said = json.loads(response.content)
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
