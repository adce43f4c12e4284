"""What a person says about fields, held to the category's schema, and what the cross-checks say then; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from pipeline import categories
from pipeline.checks import failures
from pipeline.errors import InvalidFields
from pipeline.events import limited
from pipeline.fields import corrected
from pipeline.model import DocumentWarning


def hold(fields: Mapping[str, Any], category: str) -> None:
    """Raises InvalidFields, naming each field that does not match the category's schema; null takes any field away."""
    schema = categories.named(category).fields
    properties = schema.get("properties", {})
    wrong = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name in properties:
            reason = mismatch(value, properties[name])
        else:
            reason = f"a document of the category {category} has no such field"
        if reason:
            wrong[name] = reason
    if wrong:
        raise InvalidFields(wrong)


def mismatch(value: Any, schema: Mapping[str, Any]) -> str | None:
    """The first place that does not match, in words."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    error = next(validator.iter_errors(value), None)
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".")
    return f"{place}: {error.message[:200]}" if place else error.message[:200]


@dataclass(frozen=True, kw_only=True)
class Rechecked:
    """Warnings of the cross-checks before a correction and after it."""

    before: Sequence[DocumentWarning]
    after: Sequence[DocumentWarning]

    def of(self, warnings: Sequence[DocumentWarning]) -> tuple[DocumentWarning, ...]:
        """The warnings of a run without the checks that were answered, and with those that fail now."""
        others = [each for each in warnings if each not in self.before and each not in self.after]
        return limited((*others, *self.after))


def rechecked(stored: Mapping[str, Any], earlier: Mapping[str, Any], given: Mapping[str, Any]) -> Rechecked:
    """stored are the fields of the last run, earlier the corrections so far, given the new ones."""
    before, after = corrected(stored, earlier), corrected(stored, {**earlier, **given})
    return Rechecked(before=warnings(before), after=warnings(after))


def warnings(fields: Mapping[str, Any]) -> list[DocumentWarning]:
    return [warning for _, warning in failures(fields)]
