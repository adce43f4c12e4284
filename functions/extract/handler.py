"""document.classified -> document.extracted"""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import blobs, documents
from pipeline.envelope import Envelope
from pipeline.events import DocumentClassified, DocumentExtracted, limited
from pipeline.fields import corrections_of
from pipeline.stage import Outcome, stage

from . import child, models
from .children import children_of
from .fields import extract_fields
from .questions import with_model
from .ranges import converted_in_ranges
from .store import keep


def handle(classified: Envelope[DocumentClassified]) -> Outcome:
    document = documents.load(classified.subject)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        blobs.download(document.original_key, path, sha256=document.sha256)
        reading = converted_in_ranges(document, classified, path)
        children, skipped = children_of(document, classified, reading.attachments)
        extraction = extract_fields(
            category=classified.data.category,
            pages=reading.pages,
            attachments=reading.embedded,
            corrections=corrections_of(document, classified.data.category),
            enclosed=len(reading.attachments),
            language=document.language or "und",
        )
    extraction, usage = with_model(extraction, classified.data.category, reading.pages)
    warnings = (*classified.data.warnings, *reading.warnings, *skipped, *extraction.warnings)
    keys = keep(document, classified.run, reading, extraction, warnings)
    event = DocumentExtracted(**keys, pages=reading.page_count, warnings=limited(warnings), llm=usage)
    return Outcome(event=event, children=children)


def undo(classified: Envelope[DocumentClassified]) -> None:
    blobs.delete(blobs.run_prefix(classified.tenant, classified.subject, classified.run))


app = stage(
    "extract", handle, consumes=DocumentClassified, undo=undo, needs=[blobs.ping, models.check], start=child.warm_up
)
