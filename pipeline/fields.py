"""The fields of a document as they are stored, with what a person corrected; pure.

A field is {value, page, quote, box, method, confidence}, or a list of such.
"""

from collections.abc import Mapping
from typing import Any

from . import categories
from .model import Document

Fields = dict[str, Any]


def corrected(fields: Mapping[str, Any], corrections: Mapping[str, Any]) -> Fields:
    """The fields with a person's values in their place; a field corrected to None is gone."""
    given = {name: _given(value) for name, value in corrections.items() if value is not None}
    return {name: value for name, value in {**fields, **given}.items() if name in given or name not in corrections}


def corrections_of(document: Document, category: str | None = None) -> Fields:
    """What a person said about fields, without those that only an earlier category of the document had."""
    has = categories.named(category or document.category or categories.OTHER).fields.get("properties", {})
    given = document.corrections.get("fields", {})
    return {name: value for name, value in given.items() if value is None or name in has}


def _given(value: Any) -> Any:
    """A list of plain values is a field each; one of rows is one field, as it is read from a document."""
    if isinstance(value, list) and not any(isinstance(each, dict) for each in value):
        return [_given(each) for each in value]
    return {"value": value, "page": None, "quote": None, "box": None, "method": "correction", "confidence": 1.0}
