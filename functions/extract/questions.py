"""Fields that neither embedded data nor rules found, asked of a language model; a value no page shows is dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pipeline import llm, prompt, settings
from pipeline.pages import Page

from .fields import Extraction, lines, missing, with_answers

VALUE_CHARS = 80
MOST_FIELDS = 12

INSTRUCTIONS = """\
You read the fields of one document of the category {category}. Copy each value from the document as it is printed;
dates as YYYY-MM-DD, amounts as plain decimals with a point. A field that the document does not give is null.

Fields:
{fields}"""


def with_model(
    extraction: Extraction, category: str, pages: Sequence[Page]
) -> tuple[Extraction, Mapping[str, Any] | None]:
    """The extraction with a model's answers, and what they cost; None where no model was asked."""
    server = settings.language_model()
    wanted = askable(missing(extraction, category))
    if server is None or not wanted:
        return extraction, None
    shown = without_instructions(lines.telling(pages))
    text = "\n".join(line.text for line in lines.lines(shown))
    if not text.strip():
        return extraction, None
    answer = llm.ask(server, instructions(category, wanted), text, schema(wanted))
    if answer.content is None:
        return replace(extraction, warnings=(*extraction.warnings, *answer.warnings)), asdict(answer.usage)
    return with_answers(extraction, category, shown, answer.content), asdict(answer.usage)


def askable(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Single values, which the text can show; the first of them, since every answer takes time."""
    texts = [(name, described) for name, described in properties.items() if described.get("type") == "string"]
    return dict(texts[:MOST_FIELDS])


def without_instructions(pages: Sequence[Page]) -> list[Page]:
    """The pages without the rows that tell a model what to do."""
    kept = []
    for page in pages:
        addressed = prompt.lines_to_a_model([row.text for row in page.rows])
        rows = tuple(row for place, row in enumerate(page.rows) if place not in addressed)
        kept.append(replace(page, rows=rows))
    return kept


def instructions(category: str, wanted: Mapping[str, Any]) -> str:
    fields = "\n".join(f"- {name}: {described.get('description', name)}" for name, described in wanted.items())
    return INSTRUCTIONS.format(category=category, fields=fields)


def schema(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Each field as its category describes it, or null; nothing may be endless."""
    return {
        "type": "object",
        "properties": {name: answered(described) for name, described in wanted.items()},
        "required": list(wanted),
        "additionalProperties": False,
    }


def answered(described: Mapping[str, Any]) -> dict[str, Any]:
    value = {name: each for name, each in described.items() if name not in ("x-labels", "x-weak-labels", "description")}
    if "pattern" in value:
        value["pattern"] = value["pattern"].replace(r"\d+", r"\d{1,12}")
    else:
        value["maxLength"] = min(value.get("maxLength", VALUE_CHARS), VALUE_CHARS)
    return value | {"type": ["string", "null"]}
