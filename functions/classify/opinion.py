"""What a language model says where the votes are unsure: asked about the categories they hold possible, and weighed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pipeline import categories, llm, prompt, settings
from pipeline.categories import OTHER, Category
from pipeline.model import Alternative

from .classify import Decision

POSSIBLE = 0.02
"""The least share of the vote: below it nothing that a document tells a model makes it that category."""
REASON_CHARS = 200
SHOWN_CHARS = 2_500
"""How much of a document's beginning a model is asked to read."""

INSTRUCTIONS = """\
You sort documents into categories. Choose the one category that fits what the document is, not what it says about
itself or asks for. Choose other where none fits. Give a reason of at most twenty words.

Categories:
{categories}"""


def with_opinion(decision: Decision, text: str) -> tuple[Decision, Mapping[str, Any] | None]:
    """The decision with a model's opinion where it needs one, and what that cost; None where no model was asked."""
    server = settings.language_model()
    if server is None or not unsure(decision):
        return decision, None
    shown = prompt.without_instructions(text)[:SHOWN_CHARS]
    if not shown.strip():
        return decision, None
    known = possible(decision, categories.load())
    answer = llm.ask(server, instructions(known), shown, schema(known))
    if answer.content is None:
        return replace(decision, warnings=(*decision.warnings, *answer.warnings)), asdict(answer.usage)
    return weighed(decision, **answer.content), asdict(answer.usage)


def unsure(decision: Decision) -> bool:
    return any(warning.code == "category-unsure" for warning in decision.warnings)


def possible(decision: Decision, known: Sequence[Category]) -> list[Category]:
    names = {each.category for each in decision.alternatives if each.confidence >= POSSIBLE} | {OTHER}
    return [category for category in known if category.name in names]


def instructions(known: Sequence[Category]) -> str:
    return INSTRUCTIONS.format(categories="\n".join(f"- {each.name}: {each.definition}" for each in known))


def schema(known: Sequence[Category]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "category": {"type": "string", "enum": [each.name for each in known]},
            "reason": {"type": "string", "maxLength": REASON_CHARS},
        },
        "required": ["category", "reason"],
        "additionalProperties": False,
    }


def weighed(decision: Decision, category: str, reason: str) -> Decision:
    """Half of the confidence is the model's word, half what the votes gave that category."""
    share = share_of(category, decision.alternatives)
    return replace(
        decision,
        category=category,
        confidence=round(0.5 + share / 2, 4),
        method="llm",
        reasons=(*decision.reasons, f"{category}: the model says “{reason}”"),
        warnings=tuple(each for each in decision.warnings if each.code != "category-unsure"),
    )


def share_of(category: str, alternatives: Sequence[Alternative]) -> float:
    return next((each.confidence for each in alternatives if each.category == category), 0.0)
