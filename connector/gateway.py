"""Calls to the OpenFaaS gateway: one kept connection per thread."""

import email.utils
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions

from .outcome import Answer, Trouble

LISTING_SECONDS = 10
CONNECT_SECONDS = 3.05
NOT_SENT = (exceptions.NewConnectionError, exceptions.NameResolutionError, exceptions.ConnectTimeoutError)


class Gateway:
    """url without a trailing slash; seconds is how long a function may take to answer."""

    def __init__(self, url: str, *, user: str, password: str, seconds: float) -> None:
        self.url, self.seconds = url.rstrip("/"), seconds
        self._credentials = (user, password)
        self._local = threading.local()
        self._requests: dict[str, requests.PreparedRequest] = {}

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST to a function; never raises for what the network or the function does."""
        request = self._request(function).copy()
        request.body = body
        request.headers.update(headers)
        request.headers["Content-Length"] = str(len(body))
        try:
            response = self._adapter().send(request, timeout=(CONNECT_SECONDS, self.seconds))
            return answer(response.status_code, response.headers, response.content)
        except requests.RequestException as error:
            return Answer(trouble=trouble(error), reason=f"{type(error).__name__}: {error}"[:500])

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

    def _adapter(self) -> HTTPAdapter:
        """One connection per thread. A session would add cookies, proxies and redirects, and as much time again."""
        adapter: HTTPAdapter | None = getattr(self._local, "adapter", None)
        if adapter is None:
            adapter = self._local.adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
        return adapter

    def _request(self, function: str) -> requests.PreparedRequest:
        """Prepared once per function, since checking a URL takes longer than sending to it."""
        if function not in self._requests:
            self._requests[function] = requests.Request("POST", f"{self.url}/function/{function}").prepare()
        return self._requests[function]


def trouble(error: requests.RequestException) -> Trouble:
    """refused: nothing was sent. timeout and cut: the function may have run."""
    cause: Any = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(getattr(cause, "reason", None), NOT_SENT):
        return "refused"
    return "timeout" if isinstance(error, requests.Timeout) else "cut"


def answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
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
