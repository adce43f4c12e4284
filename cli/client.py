"""The HTTP API of Docstream; the only module that imports requests."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from requests.auth import AuthBase
from requests_toolbelt import MultipartEncoder, MultipartEncoderMonitor  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError

from . import VERSION
from .errors import Refused, Unreachable

CONNECT_SECONDS = 5.0
READ_SECONDS = 120.0
SILENCE_SECONDS = 40.0
"""A live feed sends a comment every 15 seconds; after this long without a byte it is dead."""
LONGEST_WAIT_SECONDS = 30.0
ATTEMPTS = 4
BUSY = frozenset({429, 503})

Sent = Callable[[int], None]


class Key(AuthBase):
    """Sends the key, and keeps requests from putting a password of ~/.netrc in its place."""

    def __init__(self, key: str | None) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


class Cut(Exception):
    """A live feed ended in the middle, or did not begin: reconnect."""


class Client:
    """shown is what its answers pass through: a terminal may not see everything that a program may."""

    def __init__(self, url: str, key: str | None, *, shown: Callable[[Any], Any] = lambda value: value) -> None:
        self.url = url
        self.shown = shown
        self._session = requests.Session()
        self._session.auth = Key(key)
        self._session.headers["User-Agent"] = f"docstream/{VERSION}"
        self._session.trust_env = not is_loopback(url)

    def get(self, path: str, **params: Any) -> Any:
        return self.shown(self._call("GET", path, params=params).json())

    def text(self, path: str) -> str:
        return str(self.shown(self._call("GET", path).content.decode("utf-8")))

    def post(self, path: str, *, params: Mapping[str, Any] | None = None, json: Any = None, data: Any = None) -> Any:
        body = (lambda: data) if data is not None else None
        return self.shown(content(self._call("POST", path, params=params, json=json, body=body)))

    def delete(self, path: str) -> Any:
        return self.shown(content(self._call("DELETE", path)))

    def upload(self, files: Sequence[Path], *, duplicates: bool = False, sent: Sent = lambda _: None) -> Any:
        """Send files as one multipart request, read while they are sent; sent gets the bytes gone so far."""
        headers = {"Idempotency-Key": str(uuid4())}

        def body() -> MultipartEncoderMonitor:
            parts = [("file", (path.name, opened.enter_context(path.open("rb")))) for path in files]
            return MultipartEncoderMonitor(MultipartEncoder(parts), lambda monitor: sent(monitor.bytes_read))

        with ExitStack() as opened:
            params = {"duplicates": "allow"} if duplicates else None
            return self.shown(self._call("POST", "/api/upload", params=params, headers=headers, body=body).json())

    @contextmanager
    def stream(self, path: str, params: Mapping[str, str], last_id: str | None) -> Iterator[Iterator[bytes] | None]:
        """The bytes of a live feed as they come, or None when the server says it is over.

        Raises Cut when the feed breaks or a gateway stands in its way, Refused when the request itself is wrong.
        """
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        try:
            response = self._session.get(
                self.url + path,
                params=params,
                headers=headers,
                stream=True,
                timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
            )
        except requests.RequestException as error:
            raise Cut(reason(error)) from error
        with response:
            if response.status_code == requests.codes.no_content:
                yield None
                return
            if 400 <= response.status_code < 500 and response.status_code not in (408, 425, 429):
                raise Refused(response.status_code, self.shown(details(response)))
            if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
                raise Cut(f"the server answered {response.status_code} without a feed")
            yield received(response)

    def _call(self, method: str, path: str, *, body: Callable[[], Any] | None = None, **more: Any) -> requests.Response:
        """One answer below 400. Waits and repeats where the server asks for it, but never for long."""
        for attempt in range(1, ATTEMPTS + 1):
            response = self._once(method, path, body, more)
            wait = retry_after(response)
            if attempt == ATTEMPTS or response.status_code not in BUSY or wait is None:
                break
            time.sleep(wait)
        if response.status_code >= 400:
            raise Refused(response.status_code, self.shown(details(response)))
        return response

    def _once(self, method: str, path: str, body: Callable[[], Any] | None, more: dict[str, Any]) -> requests.Response:
        headers = dict(more.get("headers", {}))
        data = body() if body else None
        if isinstance(data, MultipartEncoderMonitor):
            headers["Content-Type"] = data.content_type
        try:
            return self._session.request(
                method,
                self.url + path,
                data=data,
                headers=headers,
                params={name: value for name, value in (more.get("params") or {}).items() if value is not None},
                json=more.get("json"),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            )
        except requests.RequestException as error:
            raise Unreachable(
                f"cannot reach {self.url}: {reason(error)}",
                "is the stack running? `docstream up` starts it here; --url names another server",
            ) from error


def received(response: requests.Response) -> Iterator[bytes]:
    """What has arrived, without waiting for more; ends with the window of the server, raises Cut when it breaks."""
    try:
        while chunk := response.raw.read1(65_536):
            yield chunk
    except (HTTPError, OSError) as error:
        raise Cut(reason(error)) from error


def is_loopback(url: str) -> bool:
    """Proxies of the environment are not for this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def content(response: requests.Response) -> Any:
    return response.json() if response.content else None


def details(response: requests.Response) -> dict[str, Any]:
    """The problem details of an answer; a gateway's plain answer becomes its status line."""
    try:
        problem = response.json()
    except requests.RequestException:
        problem = None
    return problem if isinstance(problem, dict) else {"title": f"{response.status_code} {response.reason}"}


def retry_after(response: requests.Response) -> float | None:
    """Seconds, or None when the server does not say or wants too long a wait."""
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() and float(value) <= LONGEST_WAIT_SECONDS else None


def reason(error: Exception) -> str:
    """The cause in a few words: requests wraps it in several layers."""
    text = str(error)
    for known, words in REASONS.items():
        if known in text:
            return words
    return "no answer in time" if isinstance(error, requests.Timeout) else type(error).__name__


REASONS = {
    "Connection refused": "connection refused",
    "Name or service not known": "no such host",
    "Temporary failure in name resolution": "no such host",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted",
    "Connection reset": "connection reset",
    "Remote end closed": "the connection was closed",
    "timed out": "no answer in time",
}
