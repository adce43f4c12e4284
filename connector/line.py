"""One kept HTTP/1.1 connection: a request is one write, and httptools parses its answer."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult

import httptools
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import wait_for_read

CONNECT_SECONDS = 3.05
READ_BYTES = 65_536
ANSWER_BYTES = 1_048_576
"""Head and body of the longest answer that is read: a stage says a state or a problem."""


@dataclass(kw_only=True)
class Response:
    """Names of headers are in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = field(default=b"", repr=False)

    @property
    def ends_with_the_connection(self) -> bool:
        return not self.headers.keys() & {"content-length", "transfer-encoding"}


class Line:
    """Of one thread. seconds is how long it waits for an answer, from its request to its last byte."""

    def __init__(self, address: SplitResult, seconds: float) -> None:
        self._address, self._seconds = address, seconds
        self._trusted = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH) if address.scheme == "https" else None
        self._socket: socket.socket | None = None
        self._answer = Answered()

    def connect(self) -> None:
        """Where there is no connection, or its other end has closed it meanwhile; raises OSError."""
        if self._socket is not None and wait_for_read(self._socket, timeout=0):
            self.close()
        if self._socket is None:
            self._socket, self._answer = self._connected(), Answered()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Over the connection that is there; raises OSError, or HttpParserError for what is no HTTP.

        Raises ValueError for what would not stay in its header.
        """
        assert self._socket is not None
        if bad := [name for name, value in headers.items() if not f"{name}{value}".isprintable()]:
            raise ValueError(f"headers with control characters: {bad}")
        fields = [f"POST {path} HTTP/1.1", f"Host: {self._address.netloc}", f"Content-Length: {len(body)}"]
        fields += [f"{name}: {value}" for name, value in headers.items()]
        until = time.monotonic() + self._seconds
        self._socket.settimeout(self._seconds)
        self._socket.sendall("\r\n".join([*fields, "\r\n"]).encode("latin-1") + body)
        response = self._answer.read(self._socket, until)
        if not self._answer.keeps_alive:
            self.close()
        return response

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        host, port = self._address.hostname or "", self._address.port or (443 if self._trusted else 80)
        connection = socket.create_connection((host, port), CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._trusted:
            # Closes the connection itself when the other end is not to be trusted.
            connection = self._trusted.wrap_socket(connection, server_hostname=host)
        return connection


class Answered:
    """The answers of one connection, one after the other; what begins with on_ is called by the parser."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.keeps_alive = True
        self._begin()

    def read(self, connection: socket.socket, until: float) -> Response:
        """until is a monotonic time.

        Raises TimeoutError, OSError also when the connection ends before the answer does or the answer does not end,
        and HttpParserError.
        """
        self._begin()
        length = 0
        while not self._complete:
            received = self._received(connection, until)
            length += len(received)
            if length > ANSWER_BYTES:
                raise ConnectionError(f"the answer has more than {ANSWER_BYTES} bytes")
            if received:
                self._parser.feed_data(received)
            elif self._headed and self._response.ends_with_the_connection:
                break
            else:
                raise ConnectionError("the connection ended before the answer")
        self._response.content = bytes(self._content)
        return self._response

    @staticmethod
    def _received(connection: socket.socket, until: float) -> bytes:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        connection.settimeout(left)
        return connection.recv(READ_BYTES)

    def on_message_begin(self) -> None:
        """Of what nobody asked for, nothing may be taken for an answer; the parser hands it on as its own error."""
        if self._complete:
            raise ConnectionError("more than one answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._response.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._headed = True
        self._response.status = self._parser.get_status_code()
        self.keeps_alive = self._parser.should_keep_alive()

    def on_body(self, content: bytes) -> None:
        self._content += content

    def on_message_complete(self) -> None:
        if self._response.status < 200:
            self._begin()
        else:
            self._complete = True

    def _begin(self) -> None:
        self._response, self._content = Response(status=0), bytearray()
        self._headed = self._complete = False
