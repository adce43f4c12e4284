"""The CloudEvent in which the connector hands a dead letter over; pure."""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.dead_letters import Letter
from pipeline.errors import Rejected

TYPE = "docstream.dead-letter.v1"
REASON_CHARS = 2_000


def is_letter(body: bytes) -> bool:
    """Is this a dead letter and no event? Raises Rejected(malformed-event) for what is neither."""
    try:
        return bool(json.loads(body)["type"] == TYPE)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Rejected("malformed-event", "the body is no CloudEvent") from error


def read(body: bytes) -> Letter:
    """Raises Rejected(malformed-event)."""
    try:
        message = json.loads(body)
        data = message["data"]
        return Letter(
            id=UUID(message["id"]),
            function=kept(data["function"]),
            code=kept(data.get("code") or "attempts-exhausted"),
            failure_class=kept(data["class"]) if data.get("class") is not None else None,
            reason=kept(data.get("reason") or "")[:REASON_CHARS],
            status=int(data["status"]) if data.get("status") is not None else None,
            attempts=int(data.get("attempts") or 0),
            replay=int(data.get("replay") or 0),
            first_failed=moment(data.get("first_failed")),
            last_failed=moment(data.get("last_failed")),
            headers=dict(data.get("headers") or {}),
            body=base64.b64decode(data["body"], validate=True),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Rejected("malformed-event", f"this is no dead letter: {type(error).__name__} {error}") from error


def kept(value: object) -> str:
    """As PostgreSQL can keep it: without NUL and halves of characters."""
    return str(value).replace("\0", "").encode(errors="replace").decode()


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def event_id(letter: Letter) -> UUID | None:
    """The id of the event that died; None when the body is no event."""
    try:
        message: Any = json.loads(letter.body)
        return UUID(message["id"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
