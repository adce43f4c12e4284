"""The report to read: one table for each question, as Markdown; pure."""

from collections.abc import Iterable, Sequence
from typing import Any

Json = dict[str, Any]
PARTS = ("development", "unseen", "all")


def readable(report: Json) -> str:
    parts = [
        f"{report['documents']} documents: {_counts(report['states'])}",
        f"failures: {_counts(report['failures']) or 'none'}",
        f"warnings: {_counts(report['warnings']) or 'none'}",
        f"the light model was fitted on {report['light_model_fitted_on']}",
        _halves(report),
        _categories(report["categories"]),
        _fields(report["fields"], "by_category"),
        _fields(report["fields"], "by_field"),
        _fields(report["fields"], "by_origin"),
        _quotes(report["quotes"]),
        _searches(report["search"]),
        _table(
            ["stage", "p50 s", "p95 s", "sum s"], ([name, *each.values()] for name, each in report["seconds"].items())
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _halves(report: Json) -> str:
    measures = ("documents", "accuracy", "macro_f1", "calibration_error", "decided_without_llm")
    rows: list[list[Any]] = [[name, *(report["categories"][part][name] for part in PARTS)] for name in measures]
    rows += [
        [f"fields: {name}", *(report["fields"][part]["micro"][name] for part in PARTS)]
        for name in ("values", "precision", "recall", "f1")
    ]
    return _table(["", *PARTS], rows)


def _categories(scores: Json) -> str:
    labels = sorted(scores["all"]["f1"])
    table = _table(
        ["F1 of category", *PARTS], ([each, *(scores[part]["f1"].get(each, "") for part in PARTS)] for each in labels)
    )
    pairs = (
        f"{each['label']} as {each['category'] or 'nothing'} {each['documents']}"
        for each in scores["all"]["confusions"]
    )
    return f"{table}\n\ntaken for another: {', '.join(pairs) or 'none'}"


def _fields(scores: Json, by: str) -> str:
    rows = (
        [name, *(scores[part][by].get(name, {}).get(each, "") for part in PARTS for each in ("values", "f1"))]
        for name in scores["all"][by]
    )
    return _table([by.replace("_", " "), *(f"{part} {each}" for part in PARTS for each in ("values", "F1"))], rows)


def _quotes(quotes: Json) -> str:
    return _table(
        ["method", "values", "quote in the text"],
        ([name, each["values"], each["valid"]] for name, each in quotes.items()),
    )


def _searches(scores: Json) -> str:
    rows = [
        [part, scores[part]["queries"], mode, *scores[part][mode].values()]
        for part in PARTS
        if scores[part]["queries"]
        for mode in ("keyword", "semantic", "hybrid")
    ]
    above = [
        f"{part}: hybrid above {mode} by {each['mean']} [{each['low']}, {each['high']}]"
        for part in PARTS
        for mode, each in scores[part].get("hybrid_above", {}).items()
    ]
    return "\n".join([_table(["queries of", "number", "mode", "nDCG@10", "MRR", "recall@10"], rows), "", *above])


def _counts(counts: Json) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda each: -each[1]))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = ["| " + " | ".join(map(_cell, cells)) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
