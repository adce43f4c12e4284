"""Accept what was taken in: the key, the duplicate check, document and event in one transaction; then publish."""

import logging
from contextlib import suppress
from typing import Any

from pipeline import documents, outbox
from pipeline.database import Cursor, Row, transaction
from pipeline.envelope import Envelope, event_id
from pipeline.errors import Conflict, KeyReused, PipelineError
from pipeline.events import DocumentUploaded

from . import claims
from .accept import Command, fingerprint
from .claims import Claim, Finished
from .intake import Intake, Item, withdraw
from .reply import Reply, accepted
from .sink import Stored

log = logging.getLogger(__name__)


def admit_all(intake: Intake) -> list[Reply | PipelineError]:
    """What became of each file, in order; one that cannot be accepted does not hold up the others."""
    outcomes: list[Reply | PipelineError] = []
    for item in intake.items:
        try:
            outcomes.append(admit(intake.command, item, intake.metadata))
        except PipelineError as refusal:
            outcomes.append(refusal)
    outbox.publish_unsent(str(intake.command.id))
    return outcomes


def admit(command: Command, item: Item, metadata: dict[str, Any]) -> Reply:
    """Raises what the client did wrong, Conflict for a key that was taken over, Unavailable, Busy."""
    if item.refusal is not None or item.stored is None:
        withdraw([item])
        raise item.refusal or Conflict("the file was not taken in")
    asked = fingerprint(command, item.filename, metadata, item.stored.sha256)
    if isinstance(item.claim, Finished):
        if item.claim.fingerprint != asked:
            raise KeyReused("this Idempotency-Key was used for another request")
        return item.claim.reply
    try:
        reply = commit(command, item, item.stored, metadata, asked)
    except PipelineError as error:
        if not item.committing:
            withdraw([item])
            raise
        reply = settled(command, item, item.stored, error)
    if reply["document_id"] != str(item.document_id):
        with suppress(PipelineError):
            item.sink.discard()
    return reply


def commit(command: Command, item: Item, stored: Stored, metadata: dict[str, Any], asked: str) -> Reply:
    with transaction() as tx:
        lock_content(tx, command.tenant, stored.sha256)
        first = None if command.allow_duplicates else first_with(tx, command.tenant, stored.sha256)
        if first is None:
            documents.create(tx, uploaded(command, item, stored, metadata))
            reply = accepted(item.document_id, "uploaded", command.correlation_id)
        else:
            reply = accepted(first["id"], first["state"], first["correlation_id"], duplicate_of=first["id"])
        if isinstance(item.claim, Claim):
            claims.finish(tx, item.claim, fingerprint=asked, reply=reply)
        item.committing = True
    told = {"document_id": reply["document_id"], "correlation_id": reply["correlation_id"], "new": first is None}
    log.info("accepted", extra={"action": "upload"} | told)
    return reply


def settled(command: Command, item: Item, stored: Stored, error: PipelineError) -> Reply:
    """The database went away during the commit: did it happen? Raises the error when it did not, or nobody knows.

    The lock waits for an unfinished commit, so an object is only removed when no row can name it any more.
    """
    with transaction() as tx:
        lock_content(tx, command.tenant, stored.sha256)
        document = documents.lock(tx, item.document_id)
    if document is None:
        withdraw([item])
        raise error
    return accepted(document.id, "uploaded", document.correlation_id)


def lock_content(tx: Cursor, tenant: str, sha256: str) -> None:
    """Two uploads of one content wait for each other; raises Busy after two seconds."""
    tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(content)s, 0))", {"content": f"upload {tenant} {sha256}"}
    )


def first_with(tx: Cursor, tenant: str, sha256: str) -> Row | None:
    """The first upload of this content that neither failed nor was deleted; attachments do not count."""
    tx.execute(
        """
        SELECT id, state, correlation_id FROM documents
        WHERE tenant = %(tenant)s AND sha256 = %(sha256)s AND parent_id IS NULL AND state NOT IN ('failed', 'deleted')
        ORDER BY created_at, id LIMIT 1
        """,
        {"tenant": tenant, "sha256": sha256},
    )
    return tx.fetchone()


def uploaded(command: Command, item: Item, stored: Stored, metadata: dict[str, Any]) -> Envelope[DocumentUploaded]:
    cause = str(command.id)
    return Envelope(
        id=event_id(item.document_id, 1, DocumentUploaded.name, cause),
        source="/functions/upload",
        subject=item.document_id,
        time=documents.now(),
        correlation_id=command.correlation_id,
        causation_id=cause,
        sequence=1,
        run=1,
        tenant=command.tenant,
        traceparent=command.traceparent,
        data=DocumentUploaded(
            filename=item.filename,
            media_type=stored.media_type,
            size=stored.size,
            sha256=stored.sha256,
            original_key=stored.key,
            metadata=metadata,
        ),
    )
