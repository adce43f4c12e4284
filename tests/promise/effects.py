"""I3 and I7: each effect is there once, and nothing is there that nobody caused."""

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.events import DocumentIndexed
from pipeline.model import Document
from tests.promise.evidence import Evidence
from tests.promise.lineage import is_result
from tests.promise.violation import Violation

CONSUMERS = {"classify": "document.classified", "extract": "document.extracted", "index": "document.indexed"}
KEYS = ("text_sample_key", "text_key", "structure_key", "fields_key", "evidence_key")
RUN = re.compile(r"/run-(\d+)/")


def each_effect_once(evidence: Evidence) -> Iterator[Violation]:
    """I3: one event, one row, one set of objects and entries for each document, run and stage."""
    yield from one_document_for_each_upload(evidence)
    claims = Counter((consumer, str(event)) for consumer, event in evidence.inbox)
    for each in evidence.events:
        if is_result(each):
            stage = next(name for name, result in CONSUMERS.items() if result == each.row["type"])
            handled = claims[stage, each.row["causation_id"]]
            if handled != 1:
                yield Violation("I3", each.row["document_id"], f"{stage} claimed its event {handled} times")
    for document in evidence.documents.values():
        steps = Counter((each.row["run"], each.row["type"]) for each in evidence.history(document.id))
        for (run, name), count in steps.items():
            if count > 1:
                yield Violation("I3", document.id, f"duplicated: {name} {count} times in run {run}")
        yield from derived_objects(evidence, document)
        yield from search_entries(evidence, document)


def one_document_for_each_upload(evidence: Evidence) -> Iterator[Violation]:
    """Every upload of a client has a content of its own, so one content is one document, however often it was sent."""
    originals = Counter(each.sha256 for each in evidence.documents.values() if each.parent_id is None)
    for operation in evidence.operations:
        if operation.kind == "upload" and originals[str(operation.sha256)] > 1:
            yield Violation(
                "I3", operation.key, f"duplicated: {originals[str(operation.sha256)]} documents of one upload"
            )


def derived_objects(evidence: Evidence, document: Document) -> Iterator[Violation]:
    if document.state == "deleted":
        return
    for name in KEYS:
        key = getattr(document, name)
        if key is not None and key not in evidence.objects:
            yield Violation("I3", document.id, f"lost: {name} names an object that is missing")


def search_entries(evidence: Evidence, document: Document) -> Iterator[Violation]:
    """A search finds every chunk of the searchable run, and nothing else."""
    found = evidence.entries_of(document.id)
    if document.searchable_run is None:
        return
    indexed = [
        each.envelope.data
        for each in evidence.history(document.id)
        if (each.row["type"], each.row["run"]) == ("document.indexed", document.searchable_run) and not each.erased
    ]
    chunks = indexed[0].chunks if indexed and isinstance(indexed[0], DocumentIndexed) else 0
    ordinals = sorted(each.ordinal for each in found if each.run == document.searchable_run)
    if ordinals != list(range(chunks)):
        yield Violation("I3", document.id, f"lost: {len(ordinals)} of {chunks} entries in the index")


def nothing_without_a_cause(evidence: Evidence) -> Iterator[Violation]:
    """I7: every document was uploaded, every inbox row, object and entry belongs to something."""
    uploaded = {each.sha256 for each in evidence.operations if each.kind == "upload"}
    for document in evidence.documents.values():
        if document.parent_id is None and document.state != "deleted" and document.sha256 not in uploaded:
            yield Violation("I7", document.id, "nobody uploaded this document")
    known = {each.row["id"] for each in evidence.events} | {row["id"] for row in evidence.dead_letters}
    for consumer, identity in evidence.inbox:
        if identity not in known:
            yield Violation("I7", identity, f"{consumer} claimed an event that does not exist")
    kept = {
        f"{each.tenant}/{each.id}": kept_runs(each) for each in evidence.documents.values() if each.state != "deleted"
    }
    for key in evidence.objects:
        owner, rest, run = "/".join(key.split("/")[:2]), key.split("/", 2)[-1], RUN.search(key)
        if owner not in kept or (rest != "original" and (run is None or int(run[1]) not in kept[owner])):
            yield Violation("I7", key, "an object without a cause")
    searchable = {str(each.id): each.searchable_run for each in evidence.documents.values()}
    for name, entry in evidence.entries.items():
        if searchable.get(entry.document_id) != entry.run:
            yield Violation("I7", name, "an entry of a run that is not searchable")


def kept_runs(document: Document) -> set[int]:
    """The runs whose objects a document still needs."""
    named = " ".join(str(getattr(document, name)) for name in KEYS) + str(document.searchable)
    live = {document.run} if document.state != "failed" else set()
    return live | {int(run) for run in RUN.findall(named)}
