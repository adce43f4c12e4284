"""Fields of a document by its category's schema: embedded XML, then rules, then a person's corrections; pure.

A model's answers are added by with_answers, only where the document shows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline import categories
from pipeline.model import DocumentWarning
from pipeline.pages import Page

from . import checks, completeness, date_order, invoice_xml, kinds, reliability
from .context import Context, context_of
from .grounding import folded, grounded
from .rules import by_rules
from .values import Extraction, Fields, FieldValue

__all__ = ["Extraction", "FieldValue", "extract_fields", "missing", "with_answers"]

ANSWER_CONFIDENCE = 0.6
MOST_ROWS = 8_000


def extract_fields(
    *,
    category: str,
    pages: Sequence[Page],
    attachments: Sequence[tuple[str, bytes]],
    corrections: Mapping[str, Any],
    enclosed: int = 0,
    language: str = "und",
) -> Extraction:
    """attachments: name and content of files inside a PDF; enclosed: how many files a mail carries."""
    schema = categories.named(category).fields
    pages, cuts = first_rows(pages)
    told = invoice_xml.read(attachments, schema)
    context = context_of(pages, schema, enclosed, language)
    shown = reliability.weighed(by_rules(schema, context), pages)
    fields, differences = _joined(told, shown, schema, context)
    fields |= {name: _corrected(value) for name, value in corrections.items()}
    fields, guesses = date_order.doubted(fields, context.dates)
    fields, failures = checks.checked(fields)
    cut = completeness.doubts(fields, pages)
    return Extraction(fields=fields, warnings=(*cuts, *differences, *guesses, *failures, *cut))


def first_rows(pages: Sequence[Page]) -> tuple[Sequence[Page], tuple[DocumentWarning, ...]]:
    """At most MOST_ROWS rows, since rules take a millisecond for each; a warning tells when there are more."""
    count = sum(len(page.rows) for page in pages)
    if count <= MOST_ROWS:
        return pages, ()
    kept, left = [], MOST_ROWS
    for page in pages:
        kept.append(replace(page, rows=page.rows[:left]))
        left -= len(kept[-1].rows)
        if not left:
            break
    message = f"fields are read from the first {MOST_ROWS} of {count} rows"
    return kept, (DocumentWarning(code="list-incomplete", message=message),)


def missing(extraction: Extraction, category: str) -> Mapping[str, Any]:
    """The properties of the category's schema that nothing was found for: what a model may be asked."""
    schema = categories.named(category).fields
    gate = schema.get("x-only-if")
    if gate and gate not in extraction.fields:
        return {}
    return {name: each for name, each in schema.get("properties", {}).items() if name not in extraction.fields}


def with_answers(
    extraction: Extraction, category: str, pages: Sequence[Page], answers: Mapping[str, Any]
) -> Extraction:
    """The extraction with a model's answers for missing fields; what no page shows is dropped."""
    properties = missing(extraction, category)
    context = context_of(pages, {})
    added: Fields = {}
    for name, value in answers.items():
        if name in properties and isinstance(value, str) and value.strip():
            kind = kinds.kind_of(properties[name])
            found = grounded(
                value.strip(),
                kind,
                context.read,
                days_first=context.days_first,
                method="llm",
                confidence=ANSWER_CONFIDENCE,
            )
            if found:
                added[name] = found
    fields, failures = checks.checked({**extraction.fields, **added}, known=extraction.warnings)
    return Extraction(fields=fields, warnings=(*extraction.warnings, *failures))


def _joined(
    told: Fields, shown: Fields, schema: Mapping[str, Any], context: Context
) -> tuple[Fields, tuple[DocumentWarning, ...]]:
    """XML wins; each of its values is looked up on the pages, and one that no page shows is warned about."""
    fields: Fields = dict(shown)
    warnings = []
    for name, value in told.items():
        fields[name] = value
        if not isinstance(value, FieldValue) or not isinstance(value.value, str) or not context.read:
            continue
        kind = kinds.kind_of(schema["properties"][name])
        place = grounded(value.value, kind, context.read, days_first=context.days_first, method="xml", confidence=1.0)
        if place:
            fields[name] = place
        elif name in shown and _differs(value, shown[name]):
            warnings.append(DocumentWarning(code="xml-differs", message=_difference(name, value, shown[name])))
    return fields, tuple(warnings)


def _differs(told: FieldValue, shown: FieldValue | list[FieldValue]) -> bool:
    return isinstance(shown, FieldValue) and folded(str(told.value)) != folded(str(shown.value))


def _difference(name: str, told: FieldValue, shown: FieldValue | list[FieldValue]) -> str:
    page = shown.value if isinstance(shown, FieldValue) else "something else"
    return f"the embedded data gives {name} as {told.value}, the page shows {page}"


def _corrected(value: Any) -> FieldValue | list[FieldValue]:
    if isinstance(value, list) and all(not isinstance(each, dict) for each in value):
        return [FieldValue(value=each, method="correction") for each in value]
    return FieldValue(value=value, method="correction")
