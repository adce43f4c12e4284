"""The command makes the index of the running product anew, and everything is found as before."""

from collections.abc import Callable

from tests.stack import Stack

TEXT = "The lighthouse of Marrow Point is painted every third summer.\n"


def found(stack: Stack) -> list[str]:
    return [each["document_id"] for each in stack.client.get("/api/search", q="lighthouse Marrow", limit=50)["hits"]]


def test_an_operator_makes_the_index_anew_and_nothing_is_missing(
    stack: Stack, docstream: Callable[..., tuple[int, str]]
) -> None:
    document = stack.ended(stack.upload(TEXT.encode(), "lighthouse.txt")["document_id"], 240)
    assert document["state"] == "indexed"
    before = found(stack)
    code, told = docstream("index", "rebuild")
    assert code == 0, told
    assert "documents written, and " in told
    assert found(stack) == before
    assert document["id"] in before
