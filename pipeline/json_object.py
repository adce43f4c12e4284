"""A JSON object from a client that PostgreSQL can keep; pure."""

import json
from typing import Any


def json_object(content: bytes | str, *, levels: int) -> dict[str, Any] | None:
    """None for what is no object, is nested deeper than so many levels, or holds NaN, NUL or half a character."""
    try:
        found = json.loads(content)
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and storable(found, levels) else None


def storable(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels > 0 and all("\0" not in key and storable(each, levels - 1) for key, each in value.items())
    if isinstance(value, list):
        return levels > 0 and all(storable(each, levels - 1) for each in value)
    return not isinstance(value, str) or "\0" not in value
