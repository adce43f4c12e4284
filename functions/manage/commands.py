"""Commands on a document: delete, reprocess, correct."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from pipeline import blobs, categories, deletion, outbox
from pipeline.call import Call
from pipeline.database import transaction
from pipeline.errors import Busy
from pipeline.events import DocumentCorrected, DocumentDeleted, DocumentReprocessRequested
from pipeline.fields import corrections_of
from pipeline.model import Document
from pipeline.parameters import refused

from . import correction
from .correction import Rechecked
from .plan import INPUT, corrected_stage, first_stage
from .reopen import SOURCE, owned, reopen

MOST_FIELDS = 200


def delete(call: Call) -> Response:
    """At once nobody finds the document any more; the compensator erases it. Again changes nothing."""
    call.expect()
    with transaction() as tx:
        document = owned(tx, call)
        said = DocumentDeleted(reason="deleted by request")
        deleted = deletion.delete(tx, document, said, source=SOURCE, causation_id=call.cause)
    outbox.publish_unsent(call.cause)
    return JSONResponse(
        {"document_id": str(document.id), "state": "deleted", "deleted": [str(each) for each in deleted]}, 202
    )


def reprocess(call: Call) -> Response:
    """Raises Conflict while a run is not over."""
    call.expect(query=("from",))
    wanted = call.choice("from", tuple(INPUT), "classify")
    with transaction() as tx:
        document = owned(tx, call)
        stage = first_stage(document, wanted)
        asked = DocumentReprocessRequested(from_stage=stage, run=document.run + 1)
        document = reopen(tx, document, stage, asked, cause=call.cause)
    outbox.publish_unsent(call.cause)
    return opened(document, stage)


def correct(call: Call) -> Response:
    """A person's category or fields; what depends on them is done again.

    Raises Conflict while a run is not over, InvalidFields, Busy when somebody else changes the document meanwhile.
    """
    call.expect(body=("category", "fields"))
    given = corrections(call.body)
    with transaction() as tx:
        seen = owned(tx, call)
    stage = first_stage(seen, corrected_stage(given))
    correction.hold(given.get("fields", {}), given.get("category") or seen.category or categories.OTHER)
    checks = rechecked(seen, given["fields"]) if stage == "index" else None
    with transaction() as tx:
        document = owned(tx, call)
        if document.sequence != seen.sequence:
            raise Busy("the document changes at this moment")
        asked = DocumentCorrected(by=str(call.principal.key_id), **given)
        document = reopen(tx, document, stage, asked, cause=call.cause, checks=checks)
    outbox.publish_unsent(call.cause)
    return opened(document, stage)


def rechecked(document: Document, fields: dict[str, Any]) -> Rechecked:
    """Raises Rejected(corrupt) when the fields of the last run are gone, Unavailable."""
    stored = json.loads(blobs.read(str(document.fields_key)))
    return correction.rechecked(stored, corrections_of(document), fields)


def corrections(body: dict[str, Any]) -> dict[str, Any]:
    """Only what is given and not empty; raises BadRequest."""
    known = {each.name for each in categories.load()}
    category, fields = body.get("category", ""), body.get("fields", {})
    if "category" in body and (not isinstance(category, str) or category not in known):
        raise refused(f"category is one of: {', '.join(sorted(known))}")
    if not isinstance(fields, dict) or len(fields) > MOST_FIELDS or not all(0 < len(name) <= 100 for name in fields):
        raise refused(f"fields is an object of at most {MOST_FIELDS} names and values; null takes a field away")
    given = ({"category": category} if category else {}) | ({"fields": fields} if fields else {})
    if not given:
        raise refused("give a category, or fields, or both")
    return given


def opened(document: Document, stage: str) -> Response:
    here = f"/api/documents/{document.id}"
    links = {"self": here, "history": f"{here}/history", "events": f"/api/events?document={document.id}"}
    told = {"document_id": str(document.id), "run": document.run, "from": stage, "state": document.state}
    return JSONResponse(told | {"correlation_id": str(document.correlation_id), "links": links}, 202)
