"""A small HTTP server that answers in the shapes of the API, to try its clients against; it reads no document."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "dsk_test"
LETTER = {
    "id": "77777777-7777-4777-8777-777777777777",
    "function": "extract",
    "code": "attempts-exhausted",
    "document_id": None,
    "reason": "no luck",
    "last_failed": "2025-03-01T10:00:00Z",
}
HIT = {
    "document_id": "d1",
    "score": 0.71,
    "page": 2,
    "highlight": "hold <em>RESET</em> &amp; wait for\n five seconds",
    "filename": "manual.md",
    "category": "manual",
    "fields": {},
}
FIELDS = {
    "total": {
        "value": "12.00",
        "page": 1,
        "quote": "Total 12.00",
        "box": [0, 0, 1, 1],
        "method": "rules",
        "confidence": 0.9,
    },
    "lines": [{"value": {"description": "Desk", "amount": "12.00"}, "page": 1, "confidence": 0.8}],
}


@dataclass
class State:
    """What the server remembers, and how it misbehaves on demand."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    cut_after: int = 0
    busy_answers: int = 0
    slow: bool = False
    letters: int = 1
    keys: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    searchable: int = 7
    reached: int = 0


def problem(status: int, code: str, detail: str, more: dict[str, Any] | None = None) -> Response:
    body = {"type": f"https://docstream.dev/problems/{code}", "status": status, "code": code, "detail": detail}
    headers = {"Retry-After": "0"} if status == 503 else {}
    return JSONResponse(body | (more or {}), status, headers, media_type="application/problem+json")


def happen(state: State, document: dict[str, Any], name: str, data: dict[str, Any]) -> None:
    """Append an event as the store renders it, and move the document."""
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": f"docstream.{name}.v1",
        "subject": document["id"],
        "time": f"2025-03-01T10:00:{len(state.events) % 60:02d}.000Z",
        "correlationid": document["correlation_id"],
        "run": str(document["run"]),
        "data": data,
    }
    state.events.append((name, event))
    document["state"] = name.removeprefix("document.")


def process(state: State, document: dict[str, Any]) -> None:
    happen(state, document, "document.classified", {"category": "invoice", "confidence": 0.97, "method": "rules"})
    if document["filename"].startswith("broken"):
        document["failure"] = {"stage": "extract", "code": "encrypted", "reason": "The file asks for a password."}
        happen(state, document, "document.failed", document["failure"])
        return
    happen(state, document, "document.extracted", {"pages": 2, "warnings": [{"code": "no-text", "message": "none"}]})
    happen(state, document, "document.indexed", {"chunks": 3})
    document["searchable_run"] = document["run"]


def accept(state: State, filename: str, content: bytes, correlation: str) -> dict[str, Any]:
    if filename.endswith(".exe"):
        detail = f"{filename} is a program, not a document."
        return {"filename": filename, "code": "unsupported-type", "detail": detail}
    sha256 = hashlib.sha256(content).hexdigest()
    twin = next((each for each in state.documents.values() if each["sha256"] == sha256), None)
    document = twin or {
        **dict.fromkeys(("category", "language", "parent_id", "failure", "searchable_run", "category_method")),
        "id": str(uuid5(NAMESPACE_URL, f"{correlation}{filename}")),
        "filename": filename,
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": sha256,
        "run": 1,
        "correlation_id": correlation,
        "children": [],
        "warnings": [{"code": "no-text", "message": "Nothing to read.", "page": 2}],
        "alternatives": [{"category": "report", "confidence": 0.1}],
        "llm": {
            "extract": {"model": "qwen2.5:3b", "calls": 2, "prompt_tokens": 900, "answer_tokens": 50, "seconds": 8.14}
        },
        "created_at": "2025-03-01T10:00:00Z",
        "updated_at": "2025-03-01T10:00:09Z",
    }
    if twin is None:
        state.documents[document["id"]] = document
        happen(state, document, "document.uploaded", {"filename": filename})
    answer = {"document_id": document["id"], "state": document["state"], "correlation_id": correlation, "links": {}}
    if twin is None and state.slow:
        state.waiting.append(document)
    elif twin is None:
        process(state, document)
    return answer | {"duplicate_of": document["id"] if twin else None}


class Api:
    def __init__(self, state: State) -> None:
        self.state = state

    async def upload(self, request: Request) -> Response:
        correlation = str(uuid4())
        async with request.form() as form:
            contents = [(each.filename, await each.read()) for each in form.getlist("file")]  # type: ignore[union-attr]
        entries = [accept(self.state, name or "", content, correlation) for name, content in contents]
        if all("code" in entry for entry in entries):
            more = {"documents": entries} if len(entries) > 1 else {}
            return problem(415, entries[0]["code"], entries[0]["detail"], more)
        body = {"correlation_id": correlation, "documents": entries} if len(entries) > 1 else entries[0]
        return JSONResponse(body, 202)

    async def events(self, request: Request) -> Response:
        if "document" in request.query_params:
            while self.state.waiting:
                process(self.state, self.state.waiting.pop())
        wanted, last = request.query_params, request.headers.get("last-event-id")
        matching = [
            (number, name, event)
            for number, (name, event) in enumerate(self.state.events, start=1)
            if wanted.get("correlation") in (None, event["correlationid"])
            and wanted.get("document") in (None, event["subject"])
            and number > int(last or 0)
        ]
        if last and not matching:
            return Response(status_code=204)
        return StreamingResponse(self.stream(matching), media_type="text/event-stream")

    async def stream(self, matching: list[tuple[int, str, dict[str, Any]]]) -> AsyncIterator[bytes]:
        yield b"retry: 10\n\n: hello\n\n"
        for count, (number, name, event) in enumerate(matching, start=1):
            progress = {"document_id": event["subject"], "stage": "extract", "run": 1}
            yield f"event: document.progress\ndata: {json.dumps(progress)}\n\n".encode()
            body = f"id: {number}\nevent: {name}\ndata: {json.dumps(event)}\n\n".encode()
            yield body[:17]
            await asyncio.sleep(0)
            if self.state.cut_after == count:
                self.state.cut_after = 0
                raise ConnectionAbortedError
            yield body[17:]

    async def documents(self, request: Request) -> Response:
        cursor, limit = int(request.query_params.get("cursor", 0)), int(request.query_params["limit"])
        state = request.query_params.get("state")
        rows = [each for each in self.state.documents.values() if state in (None, each["state"])]
        following = str(cursor + limit) if len(rows) > cursor + limit else None
        return JSONResponse({"documents": rows[cursor : cursor + limit], "next_cursor": following})

    async def document(self, request: Request) -> Response:
        document = self.state.documents.get(request.path_params["id"])
        if document is None:
            return problem(404, "not-found", f"there is no document {request.path_params['id']}")
        if request.method == "DELETE":
            del self.state.documents[document["id"]]
            return JSONResponse({"document_id": document["id"], "state": "deleted"}, 202)
        part = request.path_params.get("part")
        if part == "text":
            return PlainTextResponse("# Title\n\n[bold]not markup[/]")
        if part == "history":
            events = [event for _, event in self.state.events if event["subject"] == document["id"]]
            return JSONResponse({"events": events})
        if part == "fields":
            return JSONResponse({"document_id": document["id"], "fields": FIELDS})
        if part == "reprocess":
            document["run"] += 1
            happen(self.state, document, "document.reprocess-requested", {"from_stage": "extract", "run": 2})
            process(self.state, document)
            return JSONResponse({"document_id": document["id"], "run": document["run"]}, 202)
        return JSONResponse(document)

    async def search(self, request: Request) -> Response:
        body = {
            "mode": request.query_params["mode"],
            "total": 1,
            "total_is": "at-least",
            "hits": [HIT],
            "facets": {},
            "next_cursor": None,
        }
        return JSONResponse(body)

    async def letters(self, request: Request) -> Response:
        if "verb" in request.path_params:
            self.state.bodies.append(await request.json())
            return JSONResponse({"id": request.path_params["id"], "resolution": request.path_params["verb"]}, 202)
        if "id" in request.path_params:
            return JSONResponse(LETTER)
        cursor, limit = int(request.query_params.get("cursor", 0)), int(request.query_params["limit"])
        following = str(cursor + limit) if self.state.letters > cursor + limit else None
        page = [LETTER] * min(limit, self.state.letters - cursor)
        return JSONResponse({"dead_letters": page, "next_cursor": following})

    async def keys(self, request: Request) -> Response:
        if request.method == "DELETE":
            key = next(each for each in self.state.keys if each["id"] == request.path_params["id"])
            key["revoked_at"] = "2025-03-01T10:00:00Z"
            return Response(status_code=204)
        if request.method == "GET":
            return JSONResponse({"keys": self.state.keys})
        made = {"id": str(uuid4()), "tenant": "default", "created_at": "2025-03-01T09:00:00Z", "revoked_at": None}
        self.state.keys.append(made | await request.json())
        return JSONResponse(self.state.keys[-1] | {"key": "dsk_new"}, 201)

    async def many_letters(self, request: Request) -> Response:
        body = await request.json()
        self.state.bodies.append(body)
        if body["dry_run"]:
            return JSONResponse({"dry_run": True, "dead_letters": [LETTER], "replayed": []})
        replayed = [{"id": LETTER["id"], "resolution": "replayed"}]
        return JSONResponse({"dry_run": False, "replayed": replayed, "left": 0}, 202)

    async def republish(self, request: Request) -> Response:
        """Seven events, five at a time, and one that no queue takes."""
        body = await request.json()
        self.state.bodies.append(body)
        if body["dry_run"]:
            return JSONResponse({"dry_run": True, "count": 7, "events": []})
        count, cursor = (2, None) if "cursor" in body else (5, "5-5")
        passed_over = {"unroutable": int(cursor is None), "unreadable": 0}
        return JSONResponse({"dry_run": False, "published": count, **passed_over, "next_cursor": cursor}, 202)

    async def rebuild(self, request: Request) -> Response:
        """Three documents at a time; the last call finds one whose text is gone."""
        before, total = self.state.reached, self.state.searchable
        self.state.reached = reached = min(before + 3, total)
        done = reached == total
        told = {"index": "documents-v2", "documents": reached - before - done, "skipped": int(done), "done": done}
        return JSONResponse(told | {"reached": reached, "total": total}, 202)

    async def guard(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        self.state.requests.append(request)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return problem(401, "unauthorized", "this API key is not known or was revoked")
        if self.state.busy_answers:
            self.state.busy_answers -= 1
            return problem(503, "unavailable", "the database does not answer")
        return await call_next(request)


def application(state: State) -> Starlette:
    api = Api(state)
    routes = [
        Route("/api/upload", api.upload, methods=["POST"]),
        Route("/api/events", api.events),
        Route("/api/documents", api.documents),
        Route("/api/documents/{id}", api.document, methods=["GET", "DELETE"]),
        Route("/api/documents/{id}/{part}", api.document, methods=["GET", "POST"]),
        Route("/api/search", api.search),
        Route("/api/dead-letters", api.letters),
        Route("/api/dead-letters/replay", api.many_letters, methods=["POST"]),
        Route("/api/keys", api.keys, methods=["GET", "POST"]),
        Route("/api/keys/{id}", api.keys, methods=["DELETE"]),
        Route("/api/index/rebuild", api.rebuild, methods=["POST"]),
        Route("/api/republish", api.republish, methods=["POST"]),
        Route("/api/dead-letters/{id}", api.letters),
        Route("/api/dead-letters/{id}/{verb}", api.letters, methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=api.guard)])
