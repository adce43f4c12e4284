"""Without inbox, outbox or confirm-before-ack the same checker goes red: so it can see what they prevent."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.promise.checker import check
from tests.promise.client import broken, text
from tests.promise.rig import QUEUES, Rig
from tests.promise.violation import Violation
from tests.waiting import eventually

PATIENCE_SECONDS = 3.0


def broken_promises(rig: Rig, documents: Sequence[str | None]) -> list[Violation]:
    """What the checker says of these documents; what it says of an event or a letter counts for its document."""
    evidence = rig.evidence(within=6)
    owners = {each.row["id"]: each.row["document_id"] for each in evidence.events}
    owners |= {row["id"]: row["document_id"] for row in evidence.dead_letters}
    violations = [
        replace(each, subject=owners.get(each.subject, each.subject))
        for each in check(evidence)
        if each.invariant != "I8"
    ]
    return [each for each in violations if str(each.subject) in documents]


def tell(capsys: pytest.CaptureFixture[str], without: str, cases: int, violations: Sequence[Violation]) -> None:
    subjects = len({violation.subject for violation in violations})
    kinds = Counter(violation.kind for violation in violations)
    with capsys.disabled():
        print(f"\nwithout {without}: {subjects} of {cases} cases broken, {dict(kinds)}")


def killed(rig: Rig, place: str, content: bytes, filename: str, nth: int = 1) -> str | None:
    """Upload a document whose way leads past a crash, and wait until it has happened."""
    rig.plan.order(place, nth=nth)
    document = rig.client.upload(content, filename)
    eventually(lambda: rig.plan.fired(place), within=60)
    return document


def wait_for(rig: Rig, documents: Sequence[str | None], within: float) -> None:
    """Until these are at rest, if they ever are; others may be ruined already."""
    deadline = time.monotonic() + within
    waiting = {*documents, *QUEUES}
    while waiting & rig.unfinished().keys() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.timeout(600)
def test_without_the_outbox_a_crash_after_the_commit_loses_the_event(
    doomed: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [f"{process}.commit.after" for process in ("upload", "classify", "extract", "index")]
    with doomed.plan.with_faults(no_outbox="on"):
        documents = [killed(doomed, place, text(), "notes.txt") for place in places]
        documents.append(killed(doomed, "compensate.fail-commit.after", broken(), "broken.pdf", 2))
        wait_for(doomed, documents, PATIENCE_SECONDS)
        violations = broken_promises(doomed, documents)
    tell(capsys, "the outbox", len(documents), violations)
    assert {violation.kind for violation in violations} == {"stuck"}


@pytest.mark.timeout(600)
def test_without_confirm_before_ack_a_crash_loses_the_message(doomed: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    with doomed.plan.with_faults(ack_first="on"):
        doomed.plan.order("classify.look.after", "raise:builtins:RuntimeError:the test broke it")
        documents = [killed(doomed, "connector.publish:delay.before", text(), "notes.txt")]
        documents.append(killed(doomed, "connector.publish:dlx.before", broken(), "broken.pdf"))
        wait_for(doomed, documents, PATIENCE_SECONDS)
        violations = broken_promises(doomed, documents)
    tell(capsys, "confirm before ack", len(documents), violations)
    assert {violation.kind for violation in violations} == {"stuck"}


@pytest.mark.timeout(600)
def test_without_the_inbox_duplicates_destroy_what_was_done(doomed: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    with doomed.plan.with_faults(no_inbox="on", twice="on"):
        with ThreadPoolExecutor(8) as pool:
            documents = list(pool.map(lambda _: doomed.client.upload(text(), "notes.txt"), range(30)))
        wait_for(doomed, documents, within=60)
        violations = broken_promises(doomed, documents)
    tell(capsys, "the inbox", len(documents), violations)
    assert {violation.kind for violation in violations} & {"lost", "duplicated"}
