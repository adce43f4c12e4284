"""One envelope in, one outcome out: the wrapper of every stage.

event in -> load -> decide -> commit state and event together -> publish
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import broker, documents, inbox, outbox
from .application import application, nothing
from .auth import signing_key, verify
from .database import transaction
from .envelope import Envelope, parse
from .errors import BadSignature, Rejected, TooLarge, Unavailable
from .events import DocumentUploaded, Event
from .model import Document
from .refusals import Refusals

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 131_072

E = TypeVar("E", bound=Event)
Verdict = Literal["done", "repeated", "superseded"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The one event of a stage, and the attachments it found as documents of their own."""

    event: Event
    children: tuple[Envelope[DocumentUploaded], ...] = ()


async def signed_body(request: Request, refusals: Refusals, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body of a request that the connector signed; raises BadSignature, TooLarge. limit is in bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"the event is larger than {limit} bytes")
    try:
        verify(request.headers, bytes(body))
    except BadSignature as refusal:
        await run_in_threadpool(refusals.count, refusal.kind)
        raise
    return bytes(body)


def fenced(document: Document, received: Envelope[Event]) -> bool:
    """Has the document moved on, so that this event must have no effect any more?"""
    return (document.run, f"document.{document.state}") != (received.run, received.name)


def stage(
    name: str,
    handle: Callable[[Envelope[E]], Event | Outcome],
    *,
    consumes: type[E],
    undo: Callable[[Envelope[E]], None] = lambda _: None,
    after: Callable[[Envelope[E]], None] = lambda _: None,
    routes: Sequence[BaseRoute] = (),
    at: str = "",
    needs: Sequence[Callable[[], None]] = (),
    start: Callable[[], None] = nothing,
) -> Starlette:
    """Make the ASGI application of a stage from the function that decides.

    undo removes what a call did outside the database for a run that was given up meanwhile; after tidies up once the
    event is committed, and may fail: the connector's cleaner comes by later. routes are what clients may ask for
    beside, with a key; at, needs and start are the application's.
    """

    def deliver(body: bytes) -> Verdict:
        received = parse(body, consumes)
        if inbox.has(name, received.id):
            verdict: Verdict = "repeated"
        elif fenced(documents.load(received.subject), received):
            verdict = "superseded"
        else:
            tell(name, received, status="started")
            started = time.monotonic()
            result = handle(received)
            tell(name, received, status="worked", seconds=round(time.monotonic() - started, 4))
            verdict = commit(name, received, result if isinstance(result, Outcome) else Outcome(event=result))
            if verdict == "superseded":
                undo(received)
        outbox.publish_unsent(str(received.id))
        if verdict == "done":
            with suppress(Unavailable):
                after(received)
        return verdict

    refusals = Refusals(name)

    async def endpoint(request: Request) -> Response:
        verdict = await run_in_threadpool(deliver, await signed_body(request, refusals))
        log.info(
            "handled", extra={"action": verdict, "function": name, "event_id": request.headers.get("x-message-id")}
        )
        return JSONResponse({"outcome": verdict})

    events = Route("/", endpoint, methods=["POST"])
    return application([events, *routes], at=at, needs=(signing_key, *needs), spares=[broker.ping], start=start)


def tell(name: str, received: Envelope[Event], **more: Any) -> None:
    """A progress message for those who watch; nothing depends on it."""
    progress = {
        "document_id": str(received.subject),
        "correlation_id": str(received.correlation_id),
        "tenant": received.tenant,
        "run": received.run,
        "stage": name,
    }
    broker.publish_progress(received.subject, json.dumps(progress | more).encode())


def commit(name: str, received: Envelope[Event], outcome: Outcome) -> Verdict:
    """State change, event and inbox claim, all or nothing."""
    with transaction() as tx:
        document = documents.lock(tx, received.subject)
        if document is None:
            raise Rejected("malformed-event", f"there is no document {received.subject}")
        if not inbox.claim(tx, name, received.id):
            return "repeated"
        if fenced(document, received):
            return "superseded"
        documents.record(
            tx,
            document,
            outcome.event,
            source=f"/functions/{name}",
            causation_id=str(received.id),
            run=received.run,
            traceparent=received.traceparent,
        )
        for child in outcome.children:
            if documents.lock(tx, child.subject) is None:  # an earlier run may have found the same attachment
                documents.create(tx, child)
    return "done"
