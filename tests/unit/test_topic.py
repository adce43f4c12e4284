import pytest

from pipeline.topic import refusal, refusals


@pytest.mark.parametrize("topic", ["document.uploaded", "document.*", "document.#", "#", "*.deleted", "#.failed"])
def test_a_topic_that_some_event_has_is_taken(topic: str) -> None:
    assert refusal(topic) is None


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("document.uploaded,document.deleted", "comma"),
        ("document.upload", "matches no event"),
        ("orders.*", "matches no event"),
        ("document.*.*", "matches no event"),
        ("document", "matches no event"),
        ("document..uploaded", "no binding key"),
        ("document.up*", "no binding key"),
        ("Document.uploaded", "no binding key"),
        (" document.uploaded", "no binding key"),
    ],
)
def test_a_topic_that_would_never_be_called_is_refused_with_the_reason(topic: str, reason: str) -> None:
    assert reason in str(refusal(topic))


def test_two_functions_cannot_share_a_queue_and_none_takes_the_connectors_own() -> None:
    wanted = [("classify", "document.uploaded"), ("classify", "document.deleted"), ("parking", "document.#")]
    shared, own = refusals(wanted)
    assert shared.startswith("classify: two functions")
    assert own.startswith("parking: the queue")


def test_functions_without_a_topic_have_no_queue_to_share() -> None:
    assert refusals([("query", None), ("query", ""), ("parking", None)]) == []
