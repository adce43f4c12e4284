"""An upload that stays in the middle of its body until it is told to go on."""

import http.client
import select
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

from tests.acceptance.installation import CALL_SECONDS, Installation

EARLY_SECONDS = 5.0
"""How long a refusal in the middle of the body is waited for; not every gateway hands one on before its end."""


class SlowUpload:
    """Sends headers and half of a text at once, the rest when told."""

    def __init__(self, installation: Installation) -> None:
        url = urlsplit(installation.url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._call = kind(url.netloc, timeout=CALL_SECONDS)
        self._call.putrequest("POST", f"{url.path}/function/upload/")
        self._call.putheader("Authorization", f"Bearer {installation.key}")
        self._call.putheader("X-Filename", "slow.txt")
        self._call.putheader("Transfer-Encoding", "chunked")
        self._call.endheaders()
        self._send(f"{uuid4()} {'word ' * 10_000}".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call.close()

    def finish(self) -> http.client.HTTPResponse:
        """The answer, which may come in the middle of the body, else after its end."""
        if not select.select([self._call.sock], [], [], EARLY_SECONDS)[0]:
            self._send(b"and an end")
            self._send(b"")
        return self._call.getresponse()

    def _send(self, chunk: bytes) -> None:
        """One chunk of RFC 9112, 7.1; an empty one ends the body."""
        self._call.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
