"""Rows 24 to 37 and 41 of the fault matrix that take a running product: connector, functions, clocks."""

import pytest

from pipeline import database
from tests.promise.checker import check
from tests.promise.client import broken, text
from tests.promise.rig import Rig
from tests.waiting import eventually

INDEXED = ["uploaded", "classified", "extracted", "indexed"]
BROKEN = "raise:builtins:RuntimeError:the test broke it"
AWAY = "raise:pipeline.errors:Unavailable:the test took it away"


def letters(document: str | None) -> int:
    count = "SELECT count(*) AS letters FROM dead_letters WHERE document_id = %(id)s::uuid"
    return int(database.fetch(count, {"id": document})[0]["letters"])


def test_row_24_a_connector_killed_before_its_acknowledgement_delivers_again_without_effect(rig: Rig) -> None:
    repeated = rig.actions("repeated")
    rig.plan.order("connector.call:classify.after")
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    assert rig.actions("repeated") > repeated


def test_row_25_a_connector_killed_between_retry_and_acknowledgement_has_one_effect(rig: Rig) -> None:
    rig.plan.order("classify.look.after", BROKEN)
    rig.plan.order("connector.publish:delay.after")
    document = rig.client.upload(text(), "notes.txt")
    eventually(lambda: rig.plan.fired("connector.publish:delay.after"), within=30)
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED


def test_row_26_a_connector_killed_between_dead_letter_and_acknowledgement_fails_it_once(rig: Rig) -> None:
    rig.plan.order("connector.publish:dlx.after")
    document = rig.client.upload(broken(), "broken.pdf")
    eventually(lambda: rig.plan.fired("connector.publish:dlx.after"), within=30)
    assert rig.comes_to_rest() == {}
    assert (rig.events(document), letters(document)) == (["uploaded", "failed"], 1)


def test_row_32_a_handler_that_fails_twice_is_retried_twice(rig: Rig) -> None:
    place = "classify.look.after"
    before = rig.plan.passes(place)
    rig.plan.order(place, BROKEN)
    document = rig.client.upload(text(), "notes.txt")
    eventually(lambda: rig.plan.fired(place), within=30)
    rig.plan.order(place, BROKEN)
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    assert rig.plan.passes(place) - before == 3


@pytest.mark.timeout(120)
def test_row_34_a_function_that_answers_too_late_has_one_effect(rig: Rig) -> None:
    """It commits after the connector gave up on it; the second call finds the event handled, or the first one does."""
    rig.plan.order("classify.look.after", "wait:12")
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED


def test_row_36_an_index_that_loses_its_answer_holds_every_entry_once(rig: Rig) -> None:
    rig.plan.order("index.put.after", AWAY)
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    assert rig.events(document) == INDEXED
    assert len([name for name in rig.evidence().entries if name.startswith(str(document))]) == 1


def test_row_37_a_store_that_is_away_during_compensation_is_asked_until_it_answers(rig: Rig) -> None:
    place = "compensate.delete-objects.before"
    rig.plan.order(place, AWAY)
    document = rig.client.upload(broken(), "broken.pdf")
    eventually(lambda: rig.plan.fired(place), within=30)
    rig.plan.order(place, AWAY)
    assert rig.comes_to_rest() == {}
    assert (rig.events(document), letters(document)) == (["uploaded", "failed"], 1)


def test_row_41_clocks_that_are_wrong_by_five_minutes_change_no_order(rig: Rig) -> None:
    with rig.plan.with_faults(clock="300"):
        documents = [rig.client.upload(text(), "notes.txt") for _ in range(3)]
        assert rig.comes_to_rest() == {}
    assert [rig.events(document) for document in documents] == [INDEXED] * 3


def test_the_promise_is_kept_after_all_of_it(rig: Rig) -> None:
    assert rig.comes_to_rest() == {}
    assert check(rig.evidence()) == []
