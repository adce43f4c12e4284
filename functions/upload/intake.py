"""Take the files of one request in: each is claimed, stored and recognised; none is accepted yet."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from pipeline import settings
from pipeline.errors import BadRequest, Conflict, PipelineError, TooLarge
from pipeline.filename import cleaned

from . import accept, claims
from .accept import Command
from .claims import Claim, Finished
from .receive import Field, FileBegins, FileContent, FileEnds, pieces
from .sink import Sink, Stored

BLOCK_BYTES = 1_048_576


@dataclass(kw_only=True)
class Item:
    """One file of a request. claim is what its idempotency key said; stored is None until it is there, or refused.

    committing: from now on a row may name its object, whatever the database answers.
    """

    filename: str
    document_id: UUID
    claim: Claim | Finished | None
    sink: Sink
    stored: Stored | None = None
    refusal: PipelineError | None = None
    committing: bool = False
    renewed_at: float = field(default_factory=time.monotonic)

    def write(self, block: bytes) -> None:
        self.sink.write(block)
        if isinstance(self.claim, Claim) and time.monotonic() - self.renewed_at > claims.LEASE_SECONDS / 3:
            claims.renew(self.claim)
            self.renewed_at = time.monotonic()

    def finish(self) -> None:
        self.stored = self.sink.finish()
        self.refusal = self.refusal or self.sink.refusal


def withdraw(items: Sequence[Item]) -> None:
    """Nothing of them is accepted: what can be taken back now is, the rest is swept."""
    with suppress(PipelineError):
        for item in items:
            item.sink.discard()
    held = [item.claim for item in items if isinstance(item.claim, Claim)]
    if held:
        with suppress(PipelineError):
            claims.release(held)


class Handover:
    """From the event loop to a thread, one block under way while the next one fills: a slow store slows the client."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._block = bytearray()
        self._under_way: asyncio.Task[None] | None = None

    async def give(self, content: bytes) -> None:
        self._block += content
        if len(self._block) >= BLOCK_BYTES:
            await self._push()

    async def _push(self) -> None:
        await self.settle()
        block, self._block = bytes(self._block), bytearray()
        self._under_way = asyncio.create_task(run_in_threadpool(self._take, block))

    async def end(self) -> None:
        await self._push()
        await self.settle()

    async def settle(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            await under_way


class Intake:
    """Every file of a request so far, and what was said beside them."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.items: list[Item] = []
        self.metadata: dict[str, Any] = {}
        self._limits = settings.limits()
        self._open: tuple[Item, Handover] | None = None
        self._first: Claim | Finished | None = None

    async def take(self, request: Request) -> None:
        """Raises RequestError for the whole request, Unavailable; then nothing of it is left."""
        try:
            header = request.headers.get("x-metadata")
            self.metadata = accept.metadata(header) if header else {}
            self._first = await run_in_threadpool(self._claim, 0)
            async for piece in pieces(request):
                match piece:
                    case FileBegins():
                        await self._begin(piece.filename)
                    case FileContent() if self._open:
                        await self._open[1].give(piece.content)
                    case FileEnds():
                        await self._end()
                    case Field() if piece.name == "metadata":
                        self.metadata = accept.metadata(piece.value)
            if not self.items:
                raise BadRequest("there is no file: send the form field `file` with a filename", code="no-file")
        except BaseException:
            await self._withdraw()
            raise

    def _claim(self, index: int) -> Claim | Finished | None:
        key, document_id = self.command.idempotency_key, uuid4()
        if key is None:
            return None
        return claims.claim(self.command.tenant, accept.item_key(key, index), document_id)

    async def _begin(self, given: str) -> None:
        index = len(self.items)
        if index >= self._limits.batch_documents:
            raise TooLarge(
                f"one request takes at most {self._limits.batch_documents} files, the limit of MAX_BATCH_DOCUMENTS",
                code="too-many-files",
            )
        claim, refusal = self._first if index == 0 else None, None
        if index > 0:
            try:
                claim = await run_in_threadpool(self._claim, index)
            except Conflict as conflict:
                refusal = conflict
        document_id = claim.document_id if isinstance(claim, Claim) else uuid4()
        filename = cleaned(given)
        keep = refusal is None and not isinstance(claim, Finished)
        sink = Sink(self.command.tenant, document_id, filename, limit=self._limits.upload_bytes, keep=keep)
        item = Item(filename=filename, document_id=document_id, claim=claim, sink=sink, refusal=refusal)
        self.items.append(item)
        self._open = item, Handover(item.write)

    async def _end(self) -> None:
        assert self._open is not None
        (item, handover), self._open = self._open, None
        await handover.end()
        await run_in_threadpool(item.finish)

    async def _withdraw(self) -> None:
        if self._open is not None:
            with suppress(Exception):
                await self._open[1].settle()
        await run_in_threadpool(withdraw, self.items)
        if not self.items and isinstance(self._first, Claim):
            with suppress(PipelineError):
                await run_in_threadpool(claims.release, [self._first])
