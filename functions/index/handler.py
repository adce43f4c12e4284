"""document.extracted -> document.indexed; and the command that makes the search index anew"""

from pipeline import blobs, documents, embeddings, indexing
from pipeline.auth import cookie_key
from pipeline.envelope import Envelope
from pipeline.events import DocumentExtracted, DocumentIndexed, limited
from pipeline.search import client, index
from pipeline.stage import stage

from .command import ROUTES


def handle(extracted: Envelope[DocumentExtracted]) -> DocumentIndexed:
    document = documents.load(extracted.subject)
    content = indexing.read(
        document, extracted.run, text_key=extracted.data.text_key, fields_key=extracted.data.fields_key
    )
    indexing.write(content, first=indexing.written(content), seconds=indexing.WORK_SECONDS)
    warnings = (*document.warnings, *indexing.warnings())
    return DocumentIndexed(chunks=len(content.chunks), warnings=limited(warnings))


def undo(extracted: Envelope[DocumentExtracted]) -> None:
    index.remove_run(extracted.subject, extracted.run)


def after(extracted: Envelope[DocumentExtracted]) -> None:
    index.remove_other_runs(extracted.subject, keep=extracted.run)


app = stage(
    "index",
    handle,
    consumes=DocumentExtracted,
    undo=undo,
    after=after,
    routes=ROUTES,
    at="/api",
    needs=[cookie_key, blobs.ping, client.ping],
    start=embeddings.warm_up,
)
