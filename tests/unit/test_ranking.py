"""Two rankings become one, one hit per document, and only of the run that may be shown."""

from dataclasses import replace
from uuid import UUID

from functions.query.counting import Counts, counted
from functions.query.ranking import alone, fused, near, valid
from pipeline.search.ask import Candidate, Found


def document(number: int) -> UUID:
    return UUID(int=number)


def candidate(number: int, *, run: int = 1, ordinal: int = 0, score: float = 1.0) -> Candidate:
    return Candidate(entry_id=f"{document(number)}.{run}.{ordinal}", document_id=document(number), run=run, score=score)


def order(found: list[UUID]) -> list[int]:
    return [each.int for each in found]


def test_an_entry_of_another_run_is_never_a_hit() -> None:
    found = [candidate(1, run=1), candidate(1, run=2, ordinal=3), candidate(2), candidate(3)]
    kept = valid(found, {document(1): 2, document(2): 1})
    assert [(each.document_id.int, each.run) for each in kept] == [(1, 2), (2, 1)]


def test_a_document_is_one_hit_with_its_best_entry() -> None:
    kept = valid([candidate(1, ordinal=5), candidate(1, ordinal=2)], {document(1): 1})
    assert [each.entry_id for each in kept] == [f"{document(1)}.1.5"]


def test_one_ranking_keeps_its_order_and_scores() -> None:
    ranked = alone([candidate(2, score=9.5), candidate(1, score=3.0)])
    assert [(each.document_id.int, each.score) for each in ranked] == [(2, 9.5), (1, 3.0)]


def test_what_both_rankings_find_comes_before_what_one_finds() -> None:
    ranked = fused([candidate(1), candidate(2)], [candidate(3), candidate(2)])
    assert order([each.document_id for each in ranked]) == [2, 1, 3]


def test_the_entry_that_shows_the_words_is_the_one_shown() -> None:
    (ranked,) = fused([candidate(1, ordinal=7)], [candidate(1, ordinal=4)])
    assert ranked.entry_id.endswith(".7")


def test_equal_scores_keep_one_order() -> None:
    there = fused([candidate(1), candidate(2)], [])
    back = fused([candidate(2), candidate(1)], [])
    assert [each.document_id for each in there] == [each.document_id for each in back]


def test_scores_of_two_scales_become_parts_of_one() -> None:
    ranked = fused([candidate(1, score=40.0), candidate(2, score=10.0)], [candidate(2, score=0.9)])
    assert [(each.document_id.int, round(each.score, 4)) for each in ranked] == [(1, 0.7), (2, 0.475)]


def test_a_vector_that_points_elsewhere_adds_nothing() -> None:
    (ranked,) = fused([], [candidate(1, score=0.4)])
    assert ranked.score == 0


def test_an_empty_ranking_changes_nothing() -> None:
    ranked = fused([], [candidate(2, score=0.9), candidate(1, score=0.8)])
    assert order([each.document_id for each in ranked]) == [2, 1]


def test_what_is_far_from_the_nearest_is_left_out() -> None:
    kept = near([candidate(1, score=0.9), candidate(2, score=0.71), candidate(3, score=0.69), candidate(4, score=0.3)])
    assert order([each.document_id for each in kept]) == [1, 2]
    assert near([]) == []


def test_documents_at_hand_are_counted_exactly() -> None:
    stale, invoice = candidate(1), replace(candidate(2), category="invoice", language="de", created="2024-05")
    words = Found(candidates=[stale, invoice], total=2, facets={"category": {"invoice": 2}})
    meant = replace(candidate(3), category="letter")
    assert counted(words, [invoice, meant], meaning=True) == Counts(
        total=2,
        relation="exact",
        facets={"category": {"invoice": 1, "letter": 1}, "language": {"de": 1}, "created": {"2024-05": 1}},
    )


def test_more_documents_than_are_at_hand_are_counted_by_the_index() -> None:
    words = Found(candidates=[candidate(1)], total=900, facets={"category": {"invoice": 900}})
    assert counted(words, [candidate(1)]) == Counts(total=900, relation="exact", facets={"category": {"invoice": 900}})


def test_a_count_says_where_there_may_be_more_and_where_it_is_an_estimate() -> None:
    few, many, most = (Found(candidates=[candidate(1)], total=total) for total in (1, 900, 9_000))
    assert counted(few, [candidate(1)], meaning=True, complete=False).relation == "at-least"
    assert counted(many, [candidate(1)], meaning=True).relation == "at-least"
    assert counted(most, [candidate(1)]).relation == "about"
