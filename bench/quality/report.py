"""Everything that is scored, as one JSON value; pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from bench.corpus import percentile

from . import categories, fields, search
from .categories import Told
from .fields import Count
from .manifest import HALVES, Labelled, Query
from .observed import Document, Observed

FITTED_ON = "the development half, and examples written for the project"
"""What the shipped light model was fitted on; kept true by pipeline/lightmodel/README.md."""

MISSING = Document(state="missing", code="missing")

Json = dict[str, Any]


def report(labels: Sequence[Labelled], queries: Sequence[Query], observed: Observed) -> Json:
    halves = {half: [each for each in labels if each.half == half] for half in HALVES}
    of_queries = {half: [each for each in queries if each.half == half] for half in HALVES}
    ended = [observed.documents.get(each.file, MISSING) for each in labels]
    return {
        "documents": len(labels),
        "light_model_fitted_on": FITTED_ON,
        "states": dict(Counter(each.state for each in ended)),
        "failures": dict(Counter(each.code for each in ended if each.code)),
        "warnings": dict(Counter(code for each in ended for code in set(each.warnings))),
        "seconds": stage_seconds(ended),
        "quotes": quote_shares(ended),
        "categories": {
            "all": categories.scores(told(labels, observed)),
            **{half: categories.scores(told(rows, observed)) for half, rows in halves.items()},
        },
        "fields": {
            "all": field_scores(labels, observed),
            **{half: field_scores(rows, observed) for half, rows in halves.items()},
        },
        "search": {
            "all": search.scores(queries, observed.rankings),
            **{half: search.scores(rows, observed.rankings) for half, rows in of_queries.items()},
        },
    }


def told(labels: Sequence[Labelled], observed: Observed) -> list[Told]:
    documents = [(each.category, observed.documents.get(each.file, MISSING)) for each in labels]
    return [
        Told(label=label, category=each.category, confidence=each.confidence, method=each.method)
        for label, each in documents
    ]


def field_scores(labels: Sequence[Labelled], observed: Observed) -> Json:
    """Micro-averaged over labelled values, whole and by field, by labelled category, by scanned or not."""
    counted = [
        (label, name, count)
        for label in labels
        for name, count in fields.counted(
            label.fields, fields.plain(observed.documents.get(label.file, MISSING).fields)
        ).items()
    ]

    def by(key: Callable[[Labelled, str], str]) -> Json:
        sums: dict[str, Count] = defaultdict(Count)
        for label, name, count in counted:
            sums[key(label, name)] += count
        return {each: sums[each].scores() for each in sorted(sums)}

    return {
        "micro": sum((count for _, _, count in counted), Count()).scores(),
        "by_category": by(lambda label, _: label.category),
        "by_field": by(lambda _, name: name),
        "by_origin": by(lambda label, _: "scanned" if label.scanned else "born digital"),
    }


def quote_shares(documents: Sequence[Document]) -> Json:
    """Of all values found: whose quote stands in the document's text, whole and by method."""
    found = [each for document in documents for each in fields.quotes(document.fields, document.text)]
    methods = sorted({method for method, _ in found})
    chosen = {"all": found} | {each: [pair for pair in found if pair[0] == each] for each in methods}
    return {
        name: {"values": len(pairs), "valid": round(sum(valid for _, valid in pairs) / len(pairs), 4) if pairs else 0.0}
        for name, pairs in chosen.items()
    }


def stage_seconds(documents: Sequence[Document]) -> Json:
    """What each stage says it worked, p50, p95 and the sum."""
    worked: dict[str, list[float]] = defaultdict(list)
    for document in documents:
        for stage, seconds in document.seconds.items():
            worked[stage].append(seconds)
    return {
        stage: {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "sum": round(sum(values), 1)}
        for stage, values in worked.items()
    }
