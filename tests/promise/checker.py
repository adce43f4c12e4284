"""The promise, checked: invariants I1 to I10 over what was collected; pure. An empty list is a kept promise."""

from collections import Counter
from collections.abc import Callable, Iterator

from pipeline.event_store import Position, Stored
from pipeline.model import TERMINAL
from tests.promise import effects, lineage
from tests.promise.evidence import Evidence
from tests.promise.violation import Violation

SAGA = frozenset({"classify", "extract", "index"})
ENDS = frozenset(f"document.{state}" for state in TERMINAL)
STEPS = frozenset({"document.classified", "document.extracted", *ENDS})


def check(evidence: Evidence) -> list[Violation]:
    return [violation for invariant in INVARIANTS for violation in invariant(evidence)]


def accepted_is_stored(evidence: Evidence) -> Iterator[Violation]:
    """I1: every 202 has its document, whose history starts with the upload, and its bytes."""
    for operation in evidence.operations:
        if operation.kind == "upload" and operation.outcome == "ok":
            document = next(
                (each for each in evidence.documents.values() if str(each.id) == operation.document_id), None
            )
            if document is None:
                yield Violation("I1", operation.document_id, "lost: accepted, and there is no such document")
            elif document.state != "deleted" and document.sha256 != operation.sha256:
                yield Violation("I1", document.id, "the document is not what was uploaded")
    for document in evidence.documents.values():
        history = evidence.history(document.id)
        if not history or history[0].row["type"] != "document.uploaded":
            yield Violation("I1", document.id, "the history does not start with document.uploaded")
        stored = evidence.objects.get(document.original_key)
        if document.state != "deleted" and stored != document.sha256:
            yield Violation("I1", document.id, "lost: the original is missing" if stored is None else "other bytes")


def one_end_for_each_run(evidence: Evidence) -> Iterator[Violation]:
    """I2: at most one terminal event for a run, exactly one for the live run, as row and read model say."""
    for document in evidence.documents.values():
        history = evidence.history(document.id)
        ends = Counter(each.row["run"] for each in history if each.row["type"] in ENDS)
        for run, count in ends.items():
            if count > 1:
                yield Violation("I2", document.id, f"duplicated: run {run} has ended {count} times")
        if document.state not in TERMINAL:
            yield Violation("I2", document.id, f"stuck: {document.state} in run {document.run}")
        elif not any(
            each.row["type"] == f"document.{document.state}" and each.row["run"] == document.run for each in history
        ):
            yield Violation(
                "I2", document.id, f"the row says {document.state}, and no event of run {document.run} does"
            )
        for run in range(1, document.run):
            if not ends[run] and not any(
                each.row["run"] == run + 1 and each.row["type"] == "document.deleted" for each in history
            ):
                yield Violation("I2", document.id, f"run {run} was left without an end")
        shown = document.state if evidence.read_model is None else evidence.read_model.get(str(document.id))
        if shown != document.state:
            yield Violation("I2", document.id, f"the read side shows {shown}, the row {document.state}")


def nothing_waits(evidence: Evidence) -> Iterator[Violation]:
    """I5: outbox and queues are empty; a document is failed if and only if a stage's dead letter is unresolved."""
    for identity in evidence.unsent:
        yield Violation("I5", identity, "stuck: the event was never sent")
    for queue, messages in evidence.queues.items():
        if messages:
            yield Violation("I5", queue, f"stuck: {messages} messages")
    open_letters = {
        row["document_id"] for row in evidence.dead_letters if row["resolved_at"] is None and row["function"] in SAGA
    }
    for document in evidence.documents.values():
        if (document.state == "failed") != (document.id in open_letters):
            has = "an" if document.id in open_letters else "no"
            yield Violation("I5", document.id, f"{document.state} with {has} open dead letter")


def a_live_client_saw_everything(evidence: Evidence) -> Iterator[Violation]:
    """I8: the events of the table, in its order, each once. What is erased need not have been seen."""
    if evidence.seen is None:
        return
    cursors = [Position.parse(cursor) for cursor, _ in evidence.seen]
    if cursors != sorted(set(cursors)):
        yield Violation("I8", "feed", "repeated, or out of order")
    seen = [identity for _, identity in evidence.seen]
    for each in evidence.events:
        if not each.erased and str(each.row["id"]) not in seen:
            yield Violation("I8", each.row["document_id"], f"the feed left out {each.row['type']}")
    for identity in set(seen) - {str(each.row["id"]) for each in evidence.events}:
        yield Violation("I8", identity, "the feed showed what is not in the table")


def budgets_are_kept(evidence: Evidence) -> Iterator[Violation]:
    """I9: nobody tries more often than allowed, and nothing is done after the end of a run."""
    for row in evidence.dead_letters:
        if (row["attempt"] or 0) > evidence.attempts + 1:
            yield Violation("I9", row["id"], f"{row['function']} was tried {row['attempt']} times")
    for document in evidence.documents.values():
        ended: dict[int, Stored] = {}
        for each in evidence.history(document.id):
            if each.row["type"] in STEPS and each.row["run"] in ended:
                yield Violation("I9", document.id, f"{each.row['type']} after the end of run {each.row['run']}")
            if each.row["type"] in ENDS:
                ended[each.row["run"]] = each


def everything_runs(evidence: Evidence) -> Iterator[Violation]:
    """I10: once all is healed nothing is paused or open."""
    for what in evidence.not_running:
        yield Violation("I10", what, "not running")


INVARIANTS: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    accepted_is_stored,
    one_end_for_each_run,
    effects.each_effect_once,
    lineage.every_event_has_its_cause,
    nothing_waits,
    lineage.the_row_is_what_its_events_say,
    effects.nothing_without_a_cause,
    a_live_client_saw_everything,
    budgets_are_kept,
    everything_runs,
)
