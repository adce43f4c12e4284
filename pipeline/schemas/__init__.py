"""The registry of event schemas: <event>/<major>.<minor>.json, JSON Schema 2020-12."""

import functools
import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from ..errors import Rejected

FOLDER = Path(__file__).parent
VERSION = re.compile(r"\d{1,4}\.\d{1,4}")


@functools.cache
def validator(event: str, version: str) -> Draft202012Validator:
    """Raises Rejected(schema-invalid) for a version nobody has described."""
    path = FOLDER / event / f"{version}.json"
    if not VERSION.fullmatch(version) or not path.is_file():
        raise Rejected("schema-invalid", f"there is no schema of {event} in version {version}")
    return Draft202012Validator(json.loads(path.read_text()))


def validate(event: str, version: str, data: Any) -> None:
    """Raises Rejected(schema-invalid), naming the first place that does not match."""
    error = next(validator(event, version).iter_errors(data), None)
    if error is not None:
        raise Rejected("schema-invalid", f"{event} {version}: {error.json_path}: {error.message[:200]}")
