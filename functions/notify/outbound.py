"""POST to an address that a tenant chose: into no network of ours, and not longer than a deadline."""

import functools
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import requests

from pipeline import settings

from .addresses import allowed

DELIVERY_SECONDS = 15.0
CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}


class AddressNotAllowed(Exception):
    """The name leads into a network that webhooks may not reach."""


class Deadline:
    """Hangs up when the time is over, whatever the other side does: each byte that trickles in resets a time-out."""

    def __init__(self, seconds: float) -> None:
        self.over = threading.Event()
        self._until = time.monotonic() + seconds
        self._lines: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._hang_up)

    def left(self) -> float:
        """Seconds; raises TimeoutError when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left

    def covers(self, line: socket.socket) -> None:
        """From now on the deadline is the only limit of this connection."""
        line.settimeout(None)
        # A second descriptor of the same connection, so that nobody else's object is touched from another thread.
        self._lines.append(line.dup())
        if self.over.is_set():
            raise TimeoutError("the time is over")

    def _hang_up(self) -> None:
        self.over.set()
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()
        for line in self._lines:
            line.close()


def post(url: str, headers: dict[str, str], body: bytes, *, seconds: float = DELIVERY_SECONDS) -> int:
    """The status of the answer; what follows it is not read, since it may have no end, and no redirect is followed.

    Raises AddressNotAllowed, TimeoutError when the seconds are up, OSError, http.client.HTTPException,
    requests.RequestException for an address that is none.
    """
    call = requests.Request("POST", url, headers=headers, data=body).prepare()
    target = urlsplit(str(call.url))
    host, port = target.hostname or "", target.port or PORTS[target.scheme]
    with Deadline(seconds) as deadline, connected(host, port, deadline) as line:
        deadline.covers(line)
        try:
            secure = trust().wrap_socket(line, server_hostname=host) if target.scheme == "https" else line
            with closing(HTTPConnection(host, port)) as connection:
                connection.sock = secure
                told = {**call.headers, "Host": target.netloc.rpartition("@")[2], "Connection": "close"}
                connection.request("POST", call.path_url, body=body, headers=told)
                with closing(connection.getresponse()) as answer:
                    return answer.status
        except Exception as error:
            if deadline.over.is_set():
                raise TimeoutError(f"no answer within {seconds} seconds") from error
            raise


def connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to an address of this name that was looked at: what the name means a moment later does not count.

    Raises AddressNotAllowed, TimeoutError, OSError.
    """
    for where in permitted(host, port):
        patience = min(CONNECT_SECONDS, deadline.left())
        with suppress(OSError):
            return socket.create_connection(where, patience)
    raise ConnectionError(f"nobody answers at {host}")


def permitted(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses of a name that a webhook may reach; raises AddressNotAllowed when it has others only, OSError."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    networks = settings.text("WEBHOOK_ALLOWED_NETWORKS", "").replace(",", " ").split()
    may = [(address, port) for address in dict.fromkeys(found) if allowed(address, networks)]
    if not may:
        # Not which addresses: a tenant must not learn the plan of our networks.
        raise AddressNotAllowed(f"{host} is in a network that webhooks may not reach")
    return may


@functools.cache
def trust() -> ssl.SSLContext:
    return ssl.create_default_context()
