"""A list of the API that comes in pages."""

from typing import Any

from .client import Client

PAGE = 100


def pages(client: Client, path: str, name: str, limit: int, **params: Any) -> tuple[list[dict[str, Any]], bool]:
    """At most so many entries, and whether there are more; name is that of the list in the answer."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while len(rows) < limit:
        page = client.get(path, cursor=cursor, limit=min(limit - len(rows), PAGE), **params)
        rows += page[name]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    return rows, bool(cursor)
