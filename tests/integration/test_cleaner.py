"""What a crash left in the object store and in the search index goes; what is needed stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from connector.cleaner import Cleaner
from pipeline import blobs, database
from pipeline.envelope import Envelope
from pipeline.events import DocumentUploaded
from pipeline.search import index
from pipeline.search.entry import Entry
from tests.factories import accept_content, uploaded

NO_AGE = timedelta(seconds=-60)
"""The clocks of two servers differ a little."""


@pytest.fixture(autouse=True)
def services_of_its_own(database_as: Callable[[str], None], bucket: str, search_index: str) -> None:
    database_as("docstream_owner")


def all_keys() -> list[str]:
    return blobs.keys("")


def an_entry(envelope: Envelope[DocumentUploaded], run: int) -> Entry:
    return Entry(
        document_id=envelope.subject,
        run=run,
        ordinal=0,
        tenant=envelope.tenant,
        filename=envelope.data.filename,
        created_at=envelope.time,
        text="kept",
    )


def indexed(run: int) -> None:
    with database.transaction() as tx:
        tx.execute("UPDATE documents SET state = 'indexed', run = %(run)s, searchable_run = %(run)s", {"run": run})


def test_an_object_without_a_document_is_removed_and_a_document_keeps_its_own() -> None:
    kept = accept_content(b"kept").data.original_key
    blobs.write(uploaded().data.original_key, b"orphan", "text/plain")
    Cleaner(age=NO_AGE).step()
    assert all_keys() == [kept]


def test_a_young_object_may_still_get_its_document() -> None:
    blobs.write(uploaded().data.original_key, b"on its way", "text/plain")
    Cleaner(age=timedelta(hours=24)).step()
    assert len(all_keys()) == 1


def test_objects_of_an_earlier_run_go_when_a_later_one_is_indexed() -> None:
    envelope = accept_content(b"kept")
    for run in (1, 2):
        blobs.write(blobs.run_key(envelope.tenant, envelope.subject, run, "text.md"), b"text", "text/markdown")
    indexed(run=2)
    Cleaner(age=NO_AGE).step()
    assert [key.split("/", 2)[2] for key in all_keys()] == ["original", "run-2/text.md"]


def test_an_upload_that_nobody_finished_is_aborted() -> None:
    key = uploaded().data.original_key
    blobs.client().create_multipart_upload(Bucket=blobs.bucket(), Key=key)
    cleaner = Cleaner(age=NO_AGE)
    while cleaner.step() < 60:
        pass
    assert not blobs.client().list_multipart_uploads(Bucket=blobs.bucket()).get("Uploads")


def test_entries_of_a_dead_run_are_removed() -> None:
    envelope = accept_content(b"kept")
    for run in (1, 2):
        index.put([an_entry(envelope, run)])
    indexed(run=2)
    Cleaner(age=NO_AGE).step()
    assert [index.count(envelope.subject, run) for run in (1, 2)] == [0, 1]
