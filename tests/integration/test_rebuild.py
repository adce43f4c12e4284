"""The search index is made anew from what is stored, while searches and writes go on, and nothing is lost."""

import json
from typing import Any
from uuid import UUID

import pytest

from functions.index import rebuild
from functions.index.handler import handle
from pipeline import blobs, indexing
from pipeline.embeddings import ModelMissing
from pipeline.events import DocumentClassified, DocumentDeleted, DocumentExtracted
from pipeline.search import ask, client, filters, index, queries, swap
from tests.factories import accept, move, uploaded

pytestmark = pytest.mark.usefixtures("fresh_database", "bucket", "search_index")


def indexed(text: str, *, run: int = 1, document_id: UUID | None = None) -> UUID:
    """A document, or another run of one, that the stages have indexed."""
    document = accept(uploaded(document_id)) if run == 1 else None
    subject = document.id if document else document_id
    assert subject is not None
    move(subject, DocumentClassified(category="invoice", confidence=0.9, method="rules"), run=run)
    move(subject, handle(extracted(subject, text, run)), run=run)
    return subject


def extracted(document_id: UUID, text: str, run: int = 1) -> Any:
    keys = [blobs.run_key("default", document_id, run, name) for name in ("text.md", "fields.json")]
    blobs.write(keys[0], text.encode(), "text/markdown")
    blobs.write(keys[1], json.dumps({}).encode(), "application/json")
    event = DocumentExtracted(text_key=keys[0], fields_key=keys[1], structure_key="s", evidence_key="e", pages=1)
    return move(document_id, event, run=run)


def found(text: str) -> list[UUID]:
    body = queries.by_keyword(text, filters.Filters(tenant="default"), 10)
    return [each.document_id for each in ask.candidates(body)[0].candidates]


def test_a_rebuild_makes_a_new_index_with_everything(search_index: str) -> None:
    documents = {indexed(f"invoice {number}") for number in range(3)}
    progress = rebuild.rebuild()
    assert (progress.index, progress.documents, progress.done) == (f"{search_index}-v2", 3, True)
    assert swap.in_use() == [f"{search_index}-v2"]
    assert set(found("invoice")) == documents
    assert rebuild.rebuild().index == f"{search_index}-v3"


def test_an_index_that_was_lost_comes_back(search_index: str) -> None:
    document_id = indexed("invoice")
    with client.asking() as opensearch:
        opensearch.indices.delete(index=f"{search_index}-v1")
    index._ensured.cache_clear()
    rebuild.rebuild()
    assert found("invoice") == [document_id]


def test_it_goes_on_where_it_stopped() -> None:
    documents = {indexed(f"invoice {number}") for number in range(3)}
    calls = [rebuild.rebuild(seconds=0) for _ in range(4)]
    assert [(each.documents, each.done) for each in calls] == [(1, False), (1, False), (1, False), (0, True)]
    assert [(each.reached, each.total) for each in calls] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert set(found("invoice")) == documents


def test_it_goes_on_within_a_long_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "SLICE", 2)
    document_id = indexed("\n".join(f"<!-- page {page} -->\nfrog {page}" for page in range(1, 7)))
    calls = [rebuild.rebuild(seconds=0) for _ in range(4)]
    assert [(each.documents, each.done) for each in calls] == [(0, False), (0, False), (1, False), (0, True)]
    assert index.count(document_id, 1) == 6
    assert found("frog") == [document_id]


def test_what_is_indexed_meanwhile_is_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    early = indexed("invoice early", document_id=UUID(int=2))
    late: list[UUID] = []
    finish = rebuild.finish

    def busy(new: str) -> None:
        late.append(indexed("invoice late", document_id=UUID(int=1)))
        finish(new)

    monkeypatch.setattr(rebuild, "finish", busy)
    rebuild.rebuild()
    assert set(found("invoice")) == {early, *late}


def test_while_two_indexes_are_read_each_document_is_one_hit(search_index: str) -> None:
    document_id = indexed("invoice")
    new = swap.begin()
    rebuild.written(rebuild.searchable(None)[0], new, seconds=60)
    swap.join(new)
    assert swap.in_use() == [f"{search_index}-v1", new]
    mine = filters.Filters(tenant="default")
    hits, numbers = ask.candidates(
        queries.by_keyword("invoice", mine, 10), queries.counting("invoice", mine, ["category"])
    )
    assert ([each.document_id for each in hits.candidates], numbers.total) == ([document_id], 1)
    assert numbers.facets["category"] == {"invoice": 1}
    assert index.count(document_id, 1) == 1
    other = indexed("invoice more")
    assert set(found("invoice")) == {document_id, other}
    assert rebuild.rebuild().done
    assert set(found("invoice")) == {document_id, other}


def test_runs_that_are_over_are_left_behind() -> None:
    document_id = indexed("alpha")
    indexed("beta", run=2, document_id=document_id)
    deleted = indexed("gamma")
    move(deleted, DocumentDeleted(reason="asked"), run=2)
    assert len(index.runs_after(None, 10)) == 3
    rebuild.rebuild()
    assert index.runs_after(None, 10) == [f"{document_id}.2"]


def test_a_run_on_its_way_does_not_replace_the_searchable_one() -> None:
    document_id = indexed("alpha")
    move(document_id, DocumentClassified(category="letter", confidence=0.9, method="rules"), run=2)
    handle(extracted(document_id, "beta", run=2))
    rebuild.rebuild()
    assert index.runs_after(None, 10) == [f"{document_id}.1", f"{document_id}.2"]
    (alpha,) = ask.candidates(queries.by_keyword("alpha", filters.Filters(tenant="default"), 10))[0].candidates
    assert ask.show([alpha.entry_id], "")[alpha.entry_id].category == "invoice"


def test_a_document_whose_objects_are_gone_is_skipped() -> None:
    kept, gone = indexed("invoice kept"), indexed("invoice gone")
    blobs.delete(blobs.document_prefix("default", gone))
    progress = rebuild.rebuild()
    assert (progress.documents, progress.skipped, progress.done) == (1, 1, True)
    assert kept in found("invoice")


def test_without_a_model_vectors_are_not_thrown_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    indexed("invoice")
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path_factory.mktemp("empty")))
    with pytest.raises(ModelMissing):
        rebuild.rebuild()
    assert ask.holds_vectors()
