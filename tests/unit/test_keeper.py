"""The keeper of a child process: what it does with a child that lacks memory, and with one that ends."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import Busy, Rejected
from pipeline.isolated import keeper as keeping
from pipeline.isolated.keeper import Broken, Keeper

WORKER = """
import os
from pipeline.errors import Rejected
from pipeline.isolated.serving import serve

asked = 0


def answer(request):
    global asked
    asked += 1
    if request["does"] == "needs a fresh child" and asked > 1:
        raise Rejected("conversion-memory", "worn")
    if request["does"] == "always starves":
        raise ValueError("in another library: std::bad_alloc")
    if request["does"] == "reads":
        open(request["path"]).read()
    if request["does"] == "ends":
        os._exit(1)
    if request["does"] == "is wrong":
        raise KeyError("a bug")
    return {"pid": os.getpid()}


serve(lambda: answer)
"""


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    (tmp_path / "a_worker.py").write_text(WORKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    return Keeper("a_worker", lambda: 1_000_000_000)


def ask(keeper: Keeper, does: str, path: str = "") -> int:
    return int(keeper.ask({"does": does, "path": path}, seconds=120, memory_bytes=2_000_000_000)["pid"])


def code(keeper: Keeper, does: str) -> str:
    with pytest.raises(Rejected) as caught:
        ask(keeper, does)
    return caught.value.code


def test_a_child_is_kept_from_document_to_document(keeper: Keeper) -> None:
    assert ask(keeper, "works") == ask(keeper, "works")


def test_what_starves_in_a_used_child_is_tried_once_in_a_fresh_one(keeper: Keeper) -> None:
    before = ask(keeper, "works")
    assert ask(keeper, "needs a fresh child") != before


def test_what_starves_in_a_fresh_child_is_refused_and_the_next_works(keeper: Keeper) -> None:
    assert code(keeper, "always starves") == "conversion-memory"
    ask(keeper, "works")


def test_what_ends_the_child_twice_is_refused_and_the_next_works(keeper: Keeper) -> None:
    before = ask(keeper, "works")
    assert code(keeper, "ends") == "conversion-memory"
    assert ask(keeper, "works") != before


def test_a_bug_is_no_refusal_and_the_next_works(keeper: Keeper) -> None:
    with pytest.raises(Broken, match="a bug"):
        ask(keeper, "is wrong")
    ask(keeper, "works")


def test_who_waits_too_long_for_the_document_before_is_told_to_come_again(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "WAIT_SECONDS", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor(max_workers=1) as pool:
        first = pool.submit(ask, keeper, "reads", str(tmp_path / "pipe"))
        with (tmp_path / "pipe").open("w"), pytest.raises(Busy):  # opens as soon as the child reads
            ask(keeper, "works")
        assert first.result(timeout=120) == ask(keeper, "works")
