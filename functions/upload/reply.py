"""What an uploader is told."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline import problem
from pipeline.errors import PipelineError

from .intake import Intake

Reply = dict[str, Any]


def accepted(document_id: UUID, state: str, correlation_id: UUID, *, duplicate_of: UUID | None = None) -> Reply:
    return {
        "document_id": str(document_id),
        "state": state,
        "correlation_id": str(correlation_id),
        "duplicate_of": str(duplicate_of) if duplicate_of else None,
        "links": links(document_id),
    }


def links(document_id: UUID) -> dict[str, str]:
    own = f"/api/documents/{document_id}"
    return {
        "self": own,
        "history": f"{own}/history",
        "text": f"{own}/text",
        "fields": f"{own}/fields",
        "original": f"{own}/original",
        "similar": f"{own}/similar",
        "events": f"/api/events?document={document_id}",
    }


def refused(filename: str, refusal: PipelineError) -> Reply:
    return {"filename": filename, "code": refusal.code, "detail": refusal.reason}


def correlation_of(entries: Sequence[Reply]) -> str | None:
    """What the documents of a batch were accepted under: a repeated request finds that of the first."""
    said = {each["correlation_id"] for each in entries if "document_id" in each and each["duplicate_of"] is None}
    return str(said.pop()) if len(said) == 1 else None


def answer(request: Request, intake: Intake, outcomes: Sequence[Reply | PipelineError]) -> Response:
    """202 as soon as one file is accepted; else the first refusal, with all of them when there were several."""
    entries = [
        refused(item.filename, outcome) if isinstance(outcome, PipelineError) else outcome
        for item, outcome in zip(intake.items, outcomes, strict=True)
    ]
    refusals = [each for each in outcomes if isinstance(each, PipelineError)]
    if len(refusals) == len(outcomes):
        first = refusals[0]
        more = {"documents": entries} if len(entries) > 1 else None
        return problem.answer(request, first.status, first.code, first.reason, first.retry_after, more)
    if len(entries) == 1:
        return JSONResponse(entries[0], HTTPStatus.ACCEPTED, {"Location": entries[0]["links"]["self"]})
    correlation_id = correlation_of(entries) or str(intake.command.correlation_id)
    location = f"/api/events?correlation={correlation_id}"
    body = {"correlation_id": correlation_id, "documents": entries}
    return JSONResponse(body, HTTPStatus.ACCEPTED, {"Location": location})
