"""Search on a real index: what is put is found, by words, by parts of identifiers, by meaning, and by nobody else."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import embeddings
from pipeline.errors import Unavailable
from pipeline.search import ask, client, index, queries
from pipeline.search.client import asking
from pipeline.search.entry import Entry, FieldValue
from pipeline.search.filters import FieldFilter, Filters, Range
from pipeline.search.mapping import DIMENSIONS, index_body
from tests.answering import answering, refusing

pytestmark = pytest.mark.usefixtures("search_index")

MINE = Filters(tenant="default")
INVOICE = "Invoice INV-2021/0042, payable within thirty days. Umsätze der Kündigungen für Müller."


def entry(text: str, *, document_id: UUID | None = None, vector: bool = False, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "document_id": document_id or uuid4(),
        "run": 1,
        "ordinal": 0,
        "tenant": "default",
        "filename": "scan_0815-final.pdf",
        "created_at": datetime(2024, 5, 3, tzinfo=UTC),
        "text": text,
        "names": ["scan_0815-final.pdf"],
        "category": "invoice",
        "language": "en",
        "model": embeddings.model_name() if vector else None,
        "vector": embeddings.embed([text])[0].tolist() if vector else None,
    }
    return Entry(**(values | changes))


def found(text: str, filters: Filters = MINE) -> list[str]:
    (answer,) = ask.candidates(queries.by_keyword(text, filters, 10))
    return [each.entry_id for each in answer.candidates]


def meant(text: str, filters: Filters = MINE) -> list[str]:
    vector = embeddings.embed([text])[0].tolist()
    (answer,) = ask.candidates(queries.by_meaning(vector, embeddings.model_name(), filters, 10))
    return [each.entry_id for each in answer.candidates]


WORDS = ["invoice", "INVOICES", "INV-2021/0042", "inv20210042", "2021/0042", "0042", "umsatze", "kundigungen"]
NAMES = ["0815", "scan", "final.pdf", "scan_0815-final.pdf", "081", "Mueller payable"]


@pytest.mark.parametrize("words", [*WORDS, *NAMES])
def test_words_and_parts_of_identifiers_are_found(words: str) -> None:
    mine, other = entry(INVOICE), entry("Lentil soup for four", filename="soup.txt", names=["soup.txt"])
    index.put([mine, other])
    assert found(words) == [mine.id]


INFLECTED = [
    ("en", "The parties signed both agreements.", "agreement"),
    ("de", "Alle Rechnungen wurden bezahlt.", "Rechnung"),
    ("fr", "Les factures sont payables.", "facture"),
    ("es", "Las facturas fueron pagadas.", "factura"),
    ("it", "Le fatture sono scadute.", "fattura"),
    ("nl", "De facturen zijn betaald.", "factuur"),
    ("pt", "As faturas foram pagas.", "fatura"),
    ("ru", "Все договоры подписаны.", "договор"),
    ("zh", "请在收到发票后付款。", "发票"),
    ("ja", "請求書をお送りします。", "請求書"),
    ("ko", "세금계산서를 보내드립니다.", "계산서"),
    ("und", "The parties signed both agreements.", "agreement"),
]


@pytest.mark.parametrize(("language", "text", "word"), INFLECTED, ids=[each[0] for each in INFLECTED])
def test_another_form_of_a_word_is_found_and_shown_in_its_language(language: str, text: str, word: str) -> None:
    mine = entry(text, language=language)
    index.put([mine, entry("Linsensuppe", language=language)])
    assert found(word) == [mine.id]
    assert "<em>" in ask.show([mine.id], word, [language])[mine.id].highlight


def test_a_search_as_long_as_a_page_is_answered_in_every_script() -> None:
    mine = entry("请在收到发票后付款。", language="zh")
    index.put([mine])
    assert found("发票" + " Rechnung-2021/0042" * 500) == [mine.id]
    assert found("发票" * 2_000) == [mine.id]


def test_an_index_made_before_a_field_was_known_learns_it(search_index: str) -> None:
    body = deepcopy(index_body(shards=1, replicas=0)) | {"aliases": {search_index: {"is_write_index": True}}}
    del body["mappings"]["properties"]["stems"]
    body["mappings"]["properties"]["vector"]["method"]["parameters"] = {"m": 16, "ef_construction": 100}
    with asking() as client:
        client.indices.create(index=f"{search_index}-v1", body=body)
    mine = entry("Alle Rechnungen wurden bezahlt.", language="de")
    index.put([mine])
    assert found("Rechnung") == [mine.id]


def test_the_meaning_is_found_without_the_words() -> None:
    mine, other = entry(INVOICE, vector=True), entry("Lentil soup for four people", vector=True)
    index.put([mine, other])
    assert meant("a bill that has to be paid")[0] == mine.id
    assert meant("what to cook tonight")[0] == other.id


def test_no_passage_is_cut_off_by_others_much_like_it(search_index: str) -> None:
    vectors = groups_of_neighbours(groups=20, members=100)
    mine = [replace(entry("a"), model="m", vector=each.tolist()) for each in vectors]
    index.put(mine)
    with asking() as server:
        server.indices.forcemerge(index=f"{search_index}-v1", params={"max_num_segments": 1})
    nearest = [ask.candidates(queries.by_meaning(each.tolist(), "m", MINE, 100))[0] for each in vectors]
    assert [number for number, each in enumerate(mine) if each.id not in ids(nearest[number])] == []


def groups_of_neighbours(*, groups: int, members: int) -> NDArray[np.float64]:
    """Unit vectors: in each group they are much nearer to each other than to any other."""
    generator = np.random.default_rng(1)
    middles = np.repeat(generator.standard_normal((groups, DIMENSIONS)), members, axis=0)
    vectors = middles + 0.05 * generator.standard_normal(middles.shape)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def ids(found: ask.Found) -> set[str]:
    return {each.entry_id for each in found.candidates}


def test_vectors_of_another_model_are_not_compared() -> None:
    index.put([entry(INVOICE, vector=True, model="another")])
    assert meant("a bill that has to be paid") == []


def test_another_tenant_finds_nothing() -> None:
    index.put([entry(INVOICE, vector=True)])
    assert found("invoice", Filters(tenant="other")) == []
    assert meant("invoice", Filters(tenant="other")) == []


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({"categories": ["invoice", "receipt"]}, True),
        ({"categories": ["receipt"]}, False),
        ({"languages": ["en"]}, True),
        ({"created": Range(low="2024-05-03", high="2024-05-03")}, True),
        ({"created": Range(low="2024-05-04")}, False),
        ({"fields": [FieldFilter(name="seller", equals="ACME gmbh")]}, True),
        ({"fields": [FieldFilter(name="buyer", equals="ACME gmbh")]}, False),
        ({"fields": [FieldFilter(name="total", number=Range(low=100, high=119))]}, True),
        ({"fields": [FieldFilter(name="total", number=Range(low=119.5))]}, False),
        ({"fields": [FieldFilter(name="date", date=Range(low="2024-01-01"))]}, True),
        ({"fields": [FieldFilter(name="date", date=Range(high="2024-01-01"))]}, False),
    ],
)
def test_a_filter_holds_for_words_and_for_meaning(filters: dict[str, Any], matches: bool) -> None:
    fields = [
        FieldValue(name="seller", keyword="Acme GmbH"),
        FieldValue(name="total", keyword="119.00", number=119.0),
        FieldValue(name="date", keyword="2024-05-01", date="2024-05-01"),
    ]
    index.put([entry(INVOICE, vector=True, fields=fields)])
    wanted = Filters(tenant="default", **filters)
    assert bool(found("invoice", wanted)) is matches
    assert bool(meant("invoice", wanted)) is matches


def test_totals_and_facets_count_documents_not_chunks() -> None:
    invoice, receipt = uuid4(), uuid4()
    chunks = [entry(f"invoice part {number}", document_id=invoice, ordinal=number) for number in range(5)]
    index.put([*chunks, entry("invoice copy", document_id=receipt, category="receipt", language="de")])
    facets = ("category", "language", "created")
    hits, numbers = ask.candidates(queries.by_keyword("invoice", MINE, 10), queries.counting("invoice", MINE, facets))
    assert (len(hits.candidates), numbers.total) == (2, 2)
    assert numbers.facets == {
        "category": {"invoice": 1, "receipt": 1},
        "language": {"en": 1, "de": 1},
        "created": {"2024-05": 2},
    }


def test_a_hit_shows_its_words_marked_and_its_text_escaped() -> None:
    mine = entry("The <b>total</b> of the invoice & more")
    index.put([mine])
    shown = ask.show([mine.id], "invoices", ["en"])[mine.id]
    assert shown.highlight == "The &lt;b&gt;total&lt;&#x2F;b&gt; of the <em>invoice</em> &amp; more"


def test_the_same_entries_again_change_nothing() -> None:
    mine = entry(INVOICE)
    index.put([mine])
    index.put([mine])
    assert index.count(mine.document_id, 1) == 1


def test_removing_takes_the_runs_that_were_named() -> None:
    document_id = uuid4()
    index.put([entry(INVOICE, document_id=document_id, run=run) for run in (1, 2, 3)])
    index.remove_other_runs(document_id, keep=2)
    assert [index.count(document_id, run) for run in (1, 2, 3)] == [0, 1, 1]
    index.remove_run(document_id, 3)
    assert index.runs_after(None, 10) == [f"{document_id}.2"]
    index.remove_document(document_id)
    assert index.runs_after(None, 10) == []


def test_all_runs_can_be_listed_in_parts() -> None:
    entries = [entry("text") for _ in range(5)]
    index.put(entries)
    first = index.runs_after(None, 3)
    assert sorted(first + index.runs_after(first[-1], 3)) == sorted(f"{each.document_id}.1" for each in entries)


def test_an_index_that_nobody_made_holds_nothing() -> None:
    assert found("invoice") == []
    assert ask.show(["x.1.0"], "invoice") == {}
    assert index.count(uuid4(), 1) == 0
    index.remove_document(uuid4())


def test_an_index_that_vanished_is_made_anew_at_the_next_try(search_index: str) -> None:
    index.put([entry(INVOICE)])
    with client.asking() as opensearch:
        opensearch.indices.delete(index=f"{search_index}-v1")
    with pytest.raises(Unavailable):
        index.put([entry(INVOICE)])
    index.put([entry(INVOICE)])
    assert len(found("invoice")) == 1


def test_an_index_closed_for_writing_is_our_trouble_not_the_documents(search_index: str) -> None:
    index.put([entry(INVOICE)])
    with client.asking() as opensearch:
        opensearch.indices.put_settings(index=search_index, body={"index.blocks.write": True})
    with pytest.raises(Unavailable):
        index.put([entry(INVOICE)])


@pytest.fixture
def elsewhere() -> Iterator[pytest.MonkeyPatch]:
    """Settings of another server; the client is made anew before and after."""
    with pytest.MonkeyPatch.context() as patch:
        client.connected.cache_clear()
        yield patch
    client.connected.cache_clear()


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_unavailable(status: int, elsewhere: pytest.MonkeyPatch) -> None:
    with answering(status) as address:
        elsewhere.setenv("OPENSEARCH_URL", address)
        for call in (lambda: found("x"), lambda: index.put([entry("x")]), lambda: index.remove_document(uuid4())):
            with pytest.raises(Unavailable):
                call()


def test_a_server_that_is_away_is_unavailable(elsewhere: pytest.MonkeyPatch) -> None:
    with refusing() as address:
        elsewhere.setenv("OPENSEARCH_URL", address)
        with pytest.raises(Unavailable):
            index.put([entry("x")])


def test_a_server_that_does_not_answer_in_time_is_unavailable(elsewhere: pytest.MonkeyPatch) -> None:
    elsewhere.setattr(client, "TIMEOUT_SECONDS", 0.2)
    with answering(None) as address:
        elsewhere.setenv("OPENSEARCH_URL", address)
        with pytest.raises(Unavailable):
            found("x")
