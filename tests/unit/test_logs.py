from pathlib import Path

from local import logs


def test_a_log_that_grew_too_large_starts_anew_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "classify.log"
    with log.open("a", buffering=1) as writer:
        writer.write("old line\n" * 10)
        logs.bound(log, largest=50)
        writer.write("new line\n")
    assert log.read_text() == "new line\n"
    assert (tmp_path / "classify.log.1").read_text() == "old line\n" * 10


def test_a_small_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "classify.log"
    log.write_text("line\n")
    logs.bound(log, largest=50)
    assert log.read_text() == "line\n"


def test_the_end_of_a_log_is_shown_and_a_missing_one_is_empty(tmp_path: Path) -> None:
    log = tmp_path / "classify.log"
    assert logs.tail(log, 2) == []
    log.write_text("one\ntwo\nthree\n")
    assert logs.tail(log, 2) == ["two", "three"]
