"""What a run has shown, as rows of one table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline import database
from tests.promise.evidence import Evidence
from tests.promise.violation import Violation

LONGEST = """
    SELECT coalesce(max(extract(epoch FROM ended.recorded_at - began.recorded_at)), 0)::float8 AS seconds
    FROM events ended JOIN LATERAL (
        SELECT min(recorded_at) AS recorded_at FROM events
        WHERE document_id = ended.document_id AND run = ended.run
    ) began ON true
    WHERE ended.type IN ('document.indexed', 'document.failed', 'document.deleted')
"""


def table(
    evidence: Evidence, violations: Sequence[Violation], absorbed: int, injected: Mapping[str, int]
) -> Iterator[tuple[str, object]]:
    uploads = Counter(each.outcome for each in evidence.operations if each.kind == "upload")
    states = Counter(each.state for each in evidence.documents.values())
    reasons = Counter(each.failure.code for each in evidence.documents.values() if each.failure)
    kinds = Counter(violation.kind for violation in violations)
    yield "uploads accepted", uploads["ok"]
    yield "uploads whose answer was lost", uploads["info"]
    yield "documents, attachments included", len(evidence.documents)
    yield "indexed", states["indexed"]
    yield "deleted", states["deleted"]
    for code, number in sorted(reasons.items()):
        yield f"failed: {code}", number
    for kind in ("lost", "duplicated", "stuck", "other"):
        yield "other violations" if kind == "other" else kind, kinds[kind]
    yield "duplicates absorbed", absorbed
    for kind, number in sorted(injected.items()):
        yield f"fault: {kind}", number
    yield "longest way to an end (s)", round(database.fetch(LONGEST)[0]["seconds"], 1)
