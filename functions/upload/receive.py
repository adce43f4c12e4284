"""The body of an upload in small pieces: multipart/form-data, or one raw body. The home of python-multipart.

A body never needs a Content-Length, and never more memory than one network chunk.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from pipeline.errors import BadRequest

from .accept import header_filename

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD_BYTES = 65_536


@dataclass(frozen=True, kw_only=True)
class FileBegins:
    filename: str


@dataclass(frozen=True, kw_only=True)
class FileContent:
    content: bytes


@dataclass(frozen=True, kw_only=True)
class FileEnds:
    pass


@dataclass(frozen=True, kw_only=True)
class Field:
    """A form field that is no file."""

    name: str
    value: bytes


Piece = FileBegins | FileContent | FileEnds | Field


async def pieces(request: Request) -> AsyncIterator[Piece]:
    """Raises BadRequest for a body that is malformed or ends too early."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    try:
        if kind == b"multipart/form-data":
            async for piece in form_pieces(request, options.get(b"boundary", b"")):
                yield piece
        else:
            async for piece in raw_pieces(request):
                yield piece
    except ClientDisconnect:
        raise BadRequest("the body ended too early", code="incomplete-body") from None


async def raw_pieces(request: Request) -> AsyncIterator[Piece]:
    header = request.headers.get("x-filename")
    if not header:
        raise BadRequest(
            "send multipart/form-data with the field `file`, or a raw body with X-Filename", code="filename-missing"
        )
    yield FileBegins(filename=header_filename(header))
    async for chunk in request.stream():
        if chunk:
            yield FileContent(content=chunk)
    yield FileEnds()


async def form_pieces(request: Request, boundary: bytes) -> AsyncIterator[Piece]:
    if not boundary:
        raise BadRequest("the content type names no boundary", code="malformed-multipart")
    form = Form()
    try:
        parser = MultipartParser(boundary, form.callbacks())
        async for chunk in request.stream():
            parser.write(chunk)
            for piece in form.taken():
                yield piece
    except MultipartParseError as error:
        raise BadRequest(f"the multipart body is malformed: {error}", code="malformed-multipart") from error
    if not form.complete:
        raise BadRequest("the multipart body ends before its last boundary", code="incomplete-body")


class Form:
    """Collects what the push parser reports, part by part."""

    def __init__(self) -> None:
        self.complete = False
        self._pieces: list[Piece] = []
        self._headers: dict[bytes, bytes] = {}
        self._header = (b"", b"")
        self._field: str | None = None
        self._value = bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._headers.clear,
            "on_header_begin": self._header_begins,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._part_begins,
            "on_part_data": self._data,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }

    def taken(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces

    def _header_begins(self) -> None:
        self._header = (b"", b"")

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_ends(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]

    def _part_begins(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        extended = re.search(rb"filename\*=([^;]+)", disposition)
        self._field, self._value = None, bytearray()
        if b"filename" in options:
            self._pieces.append(FileBegins(filename=options[b"filename"].decode("utf-8", errors="replace")))
        elif extended:
            self._pieces.append(FileBegins(filename=header_filename(extended[1].decode("latin-1").strip())))
        else:
            self._field = options.get(b"name", b"").decode("utf-8", errors="replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._pieces.append(FileContent(content=data[start:end]))
            return
        self._value += data[start:end]
        if len(self._value) > FIELD_BYTES:
            raise BadRequest(
                f"the form field {self._field!r} is longer than {FIELD_BYTES} bytes", code="field-too-large"
            )

    def _part_ends(self) -> None:
        self._pieces.append(FileEnds() if self._field is None else Field(name=self._field, value=bytes(self._value)))

    def _ends(self) -> None:
        self.complete = True
