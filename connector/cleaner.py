"""Removes orphans, one page at a time: objects that belong to nothing, unfinished uploads, entries of dead runs."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pipeline import blobs
from pipeline.database import fetch
from pipeline.search import index

from . import metrics
from .orphans import Owner, document_of, looks_foreign, orphaned_objects, orphaned_runs

log = logging.getLogger(__name__)

PAGE = 500
PAGE_SECONDS, ROUND_SECONDS = 30.0, 3_600.0


def owners(documents: Iterable[UUID | None]) -> dict[UUID, Owner]:
    """The rows of these documents; one that is missing has none."""
    statement = """
        SELECT id, state, run, searchable_run,
               concat_ws(' ', text_sample_key, text_key, structure_key, fields_key, evidence_key, searchable) AS used
        FROM documents WHERE id = ANY(%(ids)s)
    """
    ids = list({document for document in documents if document is not None})
    return {row.pop("id"): Owner(**row) for row in fetch(statement, {"ids": ids})}


class Cleaner:
    """age is how old an object must be, so that no upload and no stage can still be at work with it."""

    def __init__(self, *, age: timedelta) -> None:
        self._age = age
        self._key: str | None = ""
        self._entry: str | None = ""

    def step(self) -> float:
        """One page of each; returns the seconds until the next. Raises Unavailable when a store is away."""
        if self._key is not None:
            self._key = self._clean_objects(self._key)
        if self._entry is not None:
            self._entry = self._clean_entries(self._entry)
        if self._key is None and self._entry is None:
            self._abort_uploads()
            self._key = self._entry = ""
            return ROUND_SECONDS
        return PAGE_SECONDS

    def _clean_objects(self, after: str) -> str | None:
        """The last key looked at, None at the end."""
        with blobs.translated(after):
            page = blobs.client().list_objects_v2(Bucket=blobs.bucket(), StartAfter=after, MaxKeys=PAGE)
        found = page.get("Contents", [])
        old = [each["Key"] for each in found if self._is_old(each["LastModified"])]
        rows = owners(map(document_of, old))
        if looks_foreign(old, rows):
            log.error("alarm", extra={"action": "alarm", "alarm": "foreign-objects", "what": f"after {after!r}"})
            old = []
        for key in orphaned_objects(old, rows):
            with blobs.translated(key):
                blobs.client().delete_object(Bucket=blobs.bucket(), Key=key)
            self._tell("orphaned_object", key)
        return found[-1]["Key"] if page["IsTruncated"] else None

    def _clean_entries(self, after: str) -> str | None:
        """The last run looked at, None at the end."""
        found = index.runs_after(after or None, PAGE)
        for document, run in orphaned_runs(found, owners(map(document_of, found))):
            index.remove_run(document, run)
            self._tell("orphaned_run", f"{document}.{run}")
        return found[-1] if len(found) == PAGE else None

    def _abort_uploads(self) -> None:
        """Parts of uploads that nobody finished take room and are seen by nobody."""
        with blobs.translated("uploads"):
            uploads = blobs.client().list_multipart_uploads(Bucket=blobs.bucket()).get("Uploads", [])
        for each in uploads:
            if self._is_old(each["Initiated"]):
                with blobs.translated(each["Key"]):
                    blobs.client().abort_multipart_upload(
                        Bucket=blobs.bucket(), Key=each["Key"], UploadId=each["UploadId"]
                    )
                self._tell("unfinished_upload", each["Key"])

    def _is_old(self, moment: datetime) -> bool:
        return moment < datetime.now(UTC) - self._age

    def _tell(self, action: str, what: str) -> None:
        metrics.SWEPT.labels(action).inc()
        log.warning("removed", extra={"action": action, "what": what})
