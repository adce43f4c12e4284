"""Any number of processes share a queue: each message goes to one of them."""

from pipeline import database
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

DOCUMENTS = 16
HANDLED = "SELECT connector, handled FROM consumers WHERE function = 'classify' AND handled > 0"


def test_two_connectors_share_the_queue_of_a_function(rig: Rig) -> None:
    with rig.another_connector():
        eventually(lambda: rig.consumers("classify") == 2, within=30)
        documents = [rig.client.upload(text(), "notes.txt") for _ in range(DOCUMENTS)]
        assert rig.comes_to_rest() == {}
        eventually(lambda: len(database.fetch(HANDLED)) == 2, within=20)
    assert {tuple(rig.events(document)) for document in documents} == {
        ("uploaded", "classified", "extracted", "indexed")
    }
