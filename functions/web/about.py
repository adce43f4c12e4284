"""What the page must know of the installation: its limits, and the categories with their fields."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from pipeline import categories, settings

from .files import File


@functools.cache
def about() -> File:
    allowed = settings.limits()
    told = {
        "limits": {"upload_bytes": allowed.upload_bytes},
        "categories": {each.name: fields(each.fields) for each in categories.load()},
    }
    return File(content=json.dumps(told, separators=(",", ":")).encode(), media_type="application/json")


def fields(schema: Mapping[str, Any]) -> dict[str, str]:
    """The kind of each field of a category: text, date, number, or list for what has parts."""
    return {name: kind(described) for name, described in schema.get("properties", {}).items()}


def kind(described: Mapping[str, Any]) -> str:
    if described.get("type") in ("array", "object"):
        return "list"
    if described.get("format") == "date":
        return "date"
    return "number" if described.get("pattern", "").startswith("^-?\\d+") else "text"
