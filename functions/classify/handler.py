"""document.uploaded -> document.classified"""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline import blobs, documents, language
from pipeline.envelope import Envelope
from pipeline.events import DocumentClassified, DocumentUploaded, limited
from pipeline.lightmodel import in_use
from pipeline.stage import stage

from .classify import classify
from .gather import embedding_of, evidence_of, keep_sample, look_at, warm_up
from .opinion import with_opinion


def handle(uploaded: Envelope[DocumentUploaded]) -> DocumentClassified:
    document = documents.load(uploaded.subject)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        blobs.download(document.original_key, path, sha256=document.sha256)
        look = look_at(document, uploaded.run, path)
    sample = look.sample
    decision = classify(
        text=sample.text,
        media_type=document.media_type,
        filename=document.filename,
        evidence=evidence_of(look, document.media_type),
        embedding=embedding_of(sample.text),
        corrected=document.corrections.get("category"),
        model=in_use.of(document.tenant),
    )
    decision, usage = with_opinion(decision, sample.text)
    return DocumentClassified(
        category=decision.category,
        confidence=decision.confidence,
        method=decision.method,
        alternatives=decision.alternatives,
        reasons=decision.reasons,
        language=language.detect(sample.text),
        text_sample_key=keep_sample(document, uploaded.run, sample),
        warnings=limited(decision.warnings),
        llm=usage,
    )


def undo(uploaded: Envelope[DocumentUploaded]) -> None:
    blobs.delete(blobs.run_prefix(uploaded.tenant, uploaded.subject, uploaded.run))


app = stage("classify", handle, consumes=DocumentUploaded, undo=undo, needs=[blobs.ping], start=warm_up)
