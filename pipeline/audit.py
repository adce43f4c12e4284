"""What operators did that belongs to no document's history."""

import json
from typing import Any

from .call import Call
from .database import Cursor


def note(tx: Cursor, call: Call, action: str, subject: object, **detail: Any) -> None:
    tx.execute(
        """
        INSERT INTO audit (tenant, actor, action, subject, detail)
        VALUES (%(tenant)s, %(actor)s, %(action)s, %(subject)s, %(detail)s::jsonb)
        """,
        {
            "tenant": call.principal.tenant,
            "actor": str(call.principal.key_id),
            "action": action,
            "subject": str(subject),
            "detail": json.dumps(detail),
        },
    )
