"""The keeper of a child process: what it does with a child that lacks memory, and with one that ends."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import Busy, Rejected, Unavailable
from pipeline.isolated import keeper as keeping
from pipeline.isolated import running
from pipeline.isolated.keeper import Broken, Keeper
from tests.waiting import eventually

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
    if request["does"] == "talks":
        return {"text": "word " * 1_000_000}
    if request["does"] == "is wrong":
        raise KeyError("a bug")
    return {"pid": os.getpid()}


serve(lambda: answer)
"""


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    (tmp_path / "a_worker.py").write_text(WORKER)
    monkeypatch.syspath_prepend(str(tmp_path))
    keeper = Keeper("a_worker", lambda: 1_000_000_000)
    yield keeper
    keeper.close()


def ask(keeper: Keeper, does: str, path: str = "") -> int:
    return int(keeper.ask({"does": does, "path": path}, seconds=120, memory_bytes=2_000_000_000)["pid"])


def code(keeper: Keeper, does: str) -> str:
    with pytest.raises(Rejected) as caught:
        ask(keeper, does)
    return caught.value.code


def writing_end(pipe: Path) -> int | None:
    """The pipe, opened to write to; None until somebody reads from it."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


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


def test_an_answer_without_end_is_refused_and_the_next_works(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ANSWER_BYTES", 1_000_000)
    assert code(keeper, "talks") == "conversion-memory"
    ask(keeper, "works")


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
        end = eventually(lambda: writing_end(tmp_path / "pipe"), within=60)
        assert end is not None
        with os.fdopen(end, "w"), pytest.raises(Busy):
            ask(keeper, "works")
        assert first.result(timeout=120) == ask(keeper, "works")


def test_a_child_that_prints_before_it_serves_is_told_as_unavailable_and_begun_anew(
    keeper: Keeper, tmp_path: Path
) -> None:
    (tmp_path / "a_worker.py").write_text(f"print('a library loads', flush=True)\n{WORKER}")
    with pytest.raises(Unavailable):
        ask(keeper, "works")
    (tmp_path / "a_worker.py").write_text(WORKER)
    ask(keeper, "works")
