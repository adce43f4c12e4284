"""A sign of life."""

import threading

from local.progress import patiently


def test_a_long_wait_says_what_it_waits_for() -> None:
    lines: list[str] = []
    said = threading.Event()

    def report(line: str) -> None:
        lines.append(line)
        said.set()

    with patiently(report, lambda: "OpenSearch", every=0.01):
        assert said.wait(10)
    assert lines[0].endswith("waiting for OpenSearch")


def test_a_short_wait_says_nothing() -> None:
    lines: list[str] = []
    with patiently(lines.append, lambda: "OpenSearch"):
        pass
    assert lines == []
