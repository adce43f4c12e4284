"""Calls to the OpenFaaS gateway: one keep-alive session per thread."""

import email.utils
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
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

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """POST to a function; never raises for what the network or the function does."""
        try:
            response = self._session().post(
                f"{self.url}/function/{function}",
                data=body,
                headers=dict(headers),
                timeout=(CONNECT_SECONDS, self.seconds),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return Answer(trouble=trouble(error), reason=f"{type(error).__name__}: {error}"[:500])
        return answer(response)

    def functions(self) -> list[dict[str, Any]]:
        """The deployed functions; raises requests.RequestException without an answer, ValueError when it is no list."""
        response = self._session().get(
            f"{self.url}/system/functions", auth=self._credentials, timeout=(CONNECT_SECONDS, LISTING_SECONDS)
        )
        response.raise_for_status()
        listing = response.json()
        if not isinstance(listing, list):
            raise ValueError("the gateway's list of functions is no list")
        return listing

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            # The gateway is never behind a proxy, and looking for one costs more than the call.
            session.trust_env = False
        return session


def trouble(error: requests.RequestException) -> Trouble:
    """refused: nothing was sent. timeout and cut: the function may have run."""
    cause: Any = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectTimeout) or isinstance(getattr(cause, "reason", None), NOT_SENT):
        return "refused"
    return "timeout" if isinstance(error, requests.Timeout) else "cut"


def answer(response: requests.Response) -> Answer:
    said = problem(response)
    return Answer(
        status=response.status_code,
        internal=response.headers.get("X-OpenFaaS-Internal"),
        retry_after=seconds_of(response.headers.get("Retry-After"), datetime.now(UTC)),
        code=string(said.get("code")),
        reason=string(said.get("detail")),
        permanent=response.status_code >= 400 and said.get("permanent") is True,
    )


def problem(response: requests.Response) -> dict[str, Any]:
    """The problem details of a refusal; empty when the answer is not ours."""
    if response.status_code < 400 or "json" not in response.headers.get("Content-Type", ""):
        return {}
    try:
        said = json.loads(response.content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def string(value: object) -> str | None:
    return value[:500] if isinstance(value, str) else None


def seconds_of(value: str | None, now: datetime) -> float | None:
    """Retry-After as seconds from now: a number or an HTTP date; None for anything else."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
